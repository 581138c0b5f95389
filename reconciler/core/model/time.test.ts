import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTime, parseTime } from './time.ts';

test('formatTime writes what Date writes, to the second', () => {
  fc.assert(
    fc.property(fc.integer({ min: -6e13, max: 2.5e14 }), (ms) => {
      assert.equal(formatTime(ms), `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`);
    }),
  );
});

test('parseTime reads what Date reads, zones and fractions included', () => {
  for (const text of [
    '2026-11-23T09:37:45Z',
    '2024-02-29T23:59:59.250Z',
    '1999-12-31T22:00:00-05:30',
    '2000-01-01T00:00:00+14:00',
  ]) {
    assert.equal(parseTime(text), Date.parse(text), text);
  }
});

test('parseTime refuses what is no RFC 3339 time', () => {
  for (const text of ['', '2026-11-23', '2026-11-23 09:37:45Z', '2026-11-23T09:37:45'])
    assert.equal(parseTime(text), undefined);
});
