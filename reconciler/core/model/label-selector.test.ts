import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasLabels, selects } from './label-selector.ts';

const labels = { app: 'web', tier: 'front' };

test('no selector selects nothing, an empty one everything', () => {
  assert.equal(selects(undefined, labels), false);
  assert.equal(selects({}, labels), true);
  assert.equal(selects({}, undefined), true);
});

test('labels and expressions must all hold', () => {
  assert.equal(selects({ matchLabels: { app: 'web' } }, labels), true);
  assert.equal(selects({ matchLabels: { app: 'web', tier: 'back' } }, labels), false);
  const expressions = [
    ['In', ['front', 'back'], true],
    ['In', ['back'], false],
    ['NotIn', ['back'], true],
    ['NotIn', ['front'], false],
    ['Exists', [], true],
    ['DoesNotExist', [], false],
    ['Near', ['front'], false],
  ] as const;
  for (const [operator, values, expected] of expressions) {
    const selector = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator, values }] };
    assert.equal(selects(selector, labels), expected, operator);
  }
});

test('NotIn and DoesNotExist hold where the label is absent', () => {
  for (const operator of ['NotIn', 'DoesNotExist']) {
    assert.equal(selects({ matchExpressions: [{ key: 'zone', operator, values: ['a'] }] }, labels), true);
  }
});

test('a service selector wants every label', () => {
  assert.equal(hasLabels({ app: 'web' }, labels), true);
  assert.equal(hasLabels({ app: 'web' }, undefined), false);
  assert.equal(hasLabels({}, undefined), true);
});
