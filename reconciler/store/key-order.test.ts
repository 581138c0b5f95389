import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareKeys, lowerBound, orderAround } from './key-order.ts';

/** Well-formed strings around every border that the order could get wrong. */
const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '\x7f', '\x80', '\ud7ff', '\ue000', '\uffff', '😀'),
});

function byBytes(left: string, right: string): number {
  return Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

test('keys stand in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      assert.equal(Math.sign(compareKeys(left, right)), byBytes(left, right));
      assert.equal(Math.sign(orderAround(right)(left)), byBytes(left, right));
    }),
  );
});

test('a search finds the first key that is not below', () => {
  fc.assert(
    fc.property(fc.array(key), key, (keys, wanted) => {
      const sorted = keys.toSorted(byBytes);
      const expected = sorted.filter((one) => byBytes(one, wanted) < 0).length;
      assert.equal(lowerBound(sorted, wanted), expected);
    }),
  );
});
