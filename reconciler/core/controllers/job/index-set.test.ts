import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commonSize,
  firstMissing,
  formatIndexes,
  hasIndex,
  indexSet,
  parseIndexes,
  sizeOf,
  union,
} from './index-set.ts';

test('the text shortens three and more in a row', () => {
  assert.equal(formatIndexes(indexSet([7, 1, 4, 3, 5])), '1,3-5,7');
  assert.equal(formatIndexes(indexSet([1, 2])), '1,2');
  assert.equal(formatIndexes([]), '');
});

test('a text is read back, cut at the completions', () => {
  assert.equal(formatIndexes(parseIndexes('1,3-5,7', 10)), '1,3-5,7');
  assert.equal(formatIndexes(parseIndexes('1,3-5,7', 5)), '1,3,4');
  assert.equal(formatIndexes(parseIndexes('x,2', 5)), '2');
  assert.deepEqual(parseIndexes(undefined, 5), []);
});

test('neighbours become one interval', () => {
  assert.deepEqual(union(indexSet([0, 1]), indexSet([2, 5])), [
    [0, 2],
    [5, 5],
  ]);
  assert.deepEqual(union([], indexSet([3])), [[3, 3]]);
});

test('counts and membership', () => {
  const set = parseIndexes('1,3-5,7', 10);
  assert.equal(sizeOf(set), 5);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((index) => hasIndex(set, index)),
    [1, 3, 4, 5, 7],
  );
  assert.equal(commonSize(set, parseIndexes('0-3,5-9', 10)), 4);
  assert.equal(commonSize(set, []), 0);
});

test('the lowest indexes that lack come first', () => {
  const set = parseIndexes('1,3-5,7', 10);
  assert.deepEqual(firstMissing(set, 3, 10), [0, 2, 6]);
  assert.deepEqual(firstMissing(set, 10, 10), [0, 2, 6, 8, 9]);
  assert.deepEqual(firstMissing(set, 10, 4), [0, 2]);
  assert.deepEqual(firstMissing([], 2, 10), [0, 1]);
  assert.deepEqual(firstMissing(parseIndexes('0-9', 10), 2, 10), []);
});
