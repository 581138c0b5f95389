import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addQuantities, canonicalQuantity, compareQuantities, subtractQuantities } from './quantities.ts';

for (const [resource, given, canonical] of [
  ['cpu', '0.5', '500m'],
  ['cpu', '1000m', '1'],
  ['requests.cpu', '1500m', '1500m'],
  ['memory', '1024Mi', '1Gi'],
  ['memory', '1536Mi', '1536Mi'],
  ['memory', '1000000', '1M'],
  ['memory', '0.5Ki', '512'],
  ['pods', '1000', '1k'],
  ['pods', '0', '0'],
] as const)
  test(`${given} of ${resource} is ${canonical}`, () => {
    assert.equal(canonicalQuantity(resource, given), canonical);
  });

test('a sum is written like what it was added to', () => {
  assert.equal(addQuantities('memory', '1Gi', '1G'), '2073741824');
  assert.equal(addQuantities('memory', '1G', '1Gi'), '2073741824');
  assert.equal(addQuantities('memory', '0', '512Mi'), '512Mi');
  assert.equal(addQuantities('memory', '512Mi', '512Mi'), '1Gi');
  assert.equal(addQuantities('cpu', '900m', '100m'), '1');
});

test('nothing is the least that is left', () => {
  assert.equal(subtractQuantities('cpu', '1', '250m'), '750m');
  assert.equal(subtractQuantities('cpu', '1', '2'), '0');
});

test('amounts compare by value', () => {
  assert.equal(compareQuantities('memory', '1Gi', '1024Mi'), 0);
  assert.ok(compareQuantities('cpu', '999m', '1') < 0);
});
