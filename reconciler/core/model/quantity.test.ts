import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuantity } from './quantity.ts';

test('quantities are read in all their forms, rounded up to whole units', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['2', 2],
    ['1.5Gi', 1_610_612_736],
    ['128Mi', 134_217_728],
    ['1k', 1000],
    ['2e3', 2000],
    ['1E2', 100],
    ['3E', 3e18],
    ['100m', 1],
    ['.5', 1],
    ['-1', -1],
  ];
  for (const [text, value] of cases) assert.equal(parseQuantity(text), value, text);
});

test('millicores are exact where binary fractions are not', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0.1', 100],
    ['0.29', 290],
    ['1.1', 1100],
    ['2.3', 2300],
    ['250m', 250],
    ['1u', 1],
    ['4', 4000],
  ];
  for (const [text, value] of cases) assert.equal(parseQuantity(text, 0.001), value, text);
});

test('what is no quantity is not guessed at', () => {
  for (const text of ['', '1 Gi', '1GiB', 'Gi', '1e', 'ten', '1.2.3'])
    assert.equal(parseQuantity(text), undefined, text);
});
