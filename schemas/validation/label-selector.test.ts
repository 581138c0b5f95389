import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selects, selectsEverything } from './label-selector.ts';

const labels = { app: 'web', tier: 'front' };

function expression(key: string, operator: string, values?: readonly string[]): object {
  return { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] };
}

test('matches labels and expressions together', () => {
  assert.ok(selects({ matchLabels: { app: 'web' } }, labels));
  assert.ok(!selects({ matchLabels: { app: 'web', zone: 'a' } }, labels));
  assert.ok(selects(expression('app', 'In', ['web', 'api']), labels));
  assert.ok(!selects(expression('zone', 'In', ['a']), labels));
  assert.ok(selects(expression('zone', 'NotIn', ['a']), labels));
  assert.ok(!selects(expression('app', 'NotIn', ['web']), labels));
  assert.ok(selects(expression('tier', 'Exists'), labels));
  assert.ok(selects(expression('zone', 'DoesNotExist'), labels));
  assert.ok(!selects(expression('app', 'Equals', ['web']), labels));
});

test('picks everything when it is empty', () => {
  assert.ok(selects({}, labels));
  assert.ok(selectsEverything({ matchLabels: {} }));
  assert.ok(!selectsEverything({ matchLabels: { app: 'web' } }));
});
