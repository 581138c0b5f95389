import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantityValue } from './quantity.ts';

test('quantities are read with decimal, binary and exponent suffixes', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['500m', 0.5],
    ['2', 2],
    ['.5', 0.5],
    ['64Mi', 64 * 1024 * 1024],
    ['1k', 1000],
    ['1e3', 1000],
    ['1E', 1e18],
    ['12Q', undefined],
    ['', undefined],
  ];
  for (const [text, value] of cases) assert.equal(quantityValue(text), value, text);
});
