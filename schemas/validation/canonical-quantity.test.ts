import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalResource } from './canonical-quantity.ts';

for (const [given, canonical] of [
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['100000', '100k'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['1023', '1023'],
  ['1024', '1024'],
  ['1e3', '1e3'],
  ['1E3', '1e3'],
  ['1000e0', '1e3'],
  ['15e2', '1500'],
  ['100n', '1m'],
  ['1.0001', '1001m'],
  ['0', '0'],
  ['0Gi', '0'],
  ['-1000m', '-1'],
  ['+2', '2'],
  ['.5', '500m'],
  ['1.', '1'],
  ['2000Ki', '2000Ki'],
  ['1000000Ki', '1000000Ki'],
  ['1048576Ki', '1Gi'],
  ['5000Mi', '5000Mi'],
  ['1G', '1G'],
  ['1000M', '1G'],
  ['9007199254740993', '9007199254740993'],
  [1, '1'],
  [0.25, '250m'],
] as const)
  test(`${given} is written ${canonical}`, () => {
    assert.equal(canonicalResource(given), canonical);
    assert.equal(canonicalResource(canonical), canonical);
  });

for (const strange of ['', '.', 'abc', '1KiB', '1 Gi', null, undefined, {}] as const)
  test(`${JSON.stringify(strange)} stays what it is`, () =>
    assert.equal(canonicalResource(strange), strange));
