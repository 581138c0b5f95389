import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baselineChecks } from './baseline-checks.ts';
import { violationsOf } from './evaluate.ts';
import { restrictedChecks } from './restricted-checks.ts';

test('privileged forbids nothing', () => {
  const subject = { annotations: {}, spec: { hostPID: true, containers: [{ name: 'a' }] } };
  assert.deepEqual(violationsOf(subject, { level: 'privileged', minor: 'latest' }), []);
});

test('checks stand by id, as messages list what they found', () => {
  for (const checks of [baselineChecks, restrictedChecks]) {
    const ids = checks.map(({ id }) => id);
    assert.deepEqual(ids, ids.toSorted());
  }
});
