import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, outputFormat, table } from './output.ts';

test('columns are as wide as their widest cell, three spaces apart, without trailing ones', () => {
  const text = table(
    ['NAME', 'READY', 'MESSAGE'],
    [
      ['web-5d8f7c9b6', '1/1', ''],
      ['api', '10/10', 'all is well'],
    ],
  );
  assert.equal(
    text,
    ['NAME            READY   MESSAGE', 'web-5d8f7c9b6   1/1', 'api             10/10   all is well'].join(
      '\n',
    ),
  );
});

test('a table without rows is its header', () => {
  assert.equal(table(['NAME', 'AGE'], []), 'NAME   AGE');
});

test('ages are kubectl’s', () => {
  const nowMs = Date.parse('2026-01-31T00:00:00Z');
  const ageOf = (seconds: number): string => age(new Date(nowMs - seconds * 1000).toISOString(), nowMs);
  const [minute, hour, day] = [60, 3600, 86_400];
  for (const [seconds, expected] of [
    [0, '0s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [3 * minute + 12, '3m12s'],
    [9 * minute + 59, '9m59s'],
    [10 * minute, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [3 * hour + 5 * minute, '3h5m'],
    [8 * hour, '8h'],
    [47 * hour, '47h'],
    [48 * hour, '2d'],
    [2 * day + 5 * hour, '2d5h'],
    [8 * day, '8d'],
    [729 * day, '729d'],
    [730 * day, '2y'],
    [800 * day, '2y70d'],
    [8 * 365 * day + 70 * day, '8y'],
    [-5, '0s'],
  ] as const)
    assert.equal(ageOf(seconds), expected, `${String(seconds)} s`);
  assert.equal(age(undefined, nowMs), '<unknown>');
});

test('a format is json, yaml or none', () => {
  assert.deepEqual([undefined, 'json', 'yaml'].map(outputFormat), ['table', 'json', 'yaml']);
  assert.throws(() => outputFormat('wide'), { message: '-o wide: expected json or yaml' });
});
