import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantityValue } from './quantity.ts';

test('reads quantities in their base unit', () => {
  assert.equal(quantityValue('100m'), 0.1);
  assert.equal(quantityValue('2'), 2);
  assert.equal(quantityValue(2), 2);
  assert.equal(quantityValue('1Ki'), 1024);
  assert.equal(quantityValue('1.5Gi'), 1.5 * 2 ** 30);
  assert.equal(quantityValue('2e3'), 2000);
  assert.equal(quantityValue('1E'), 1e18);
  assert.equal(quantityValue('-1k'), -1000);
});

test('refuses what is no quantity', () => {
  for (const value of ['', 'one', '1 Gi', '1KB', undefined, null, Number.NaN]) {
    assert.equal(quantityValue(value), undefined);
  }
});
