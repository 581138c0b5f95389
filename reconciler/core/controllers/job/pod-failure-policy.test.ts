import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job, PodFailurePolicyRule } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { ContainerStatus, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { failureVerdict } from './pod-failure-policy.ts';

function job(...rules: readonly PodFailurePolicyRule[]): Job {
  const spec = { template: {}, ...(rules.length === 0 ? {} : { podFailurePolicy: { rules } }) };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work' }, spec };
}

function container(name: string, exitCode: number): ContainerStatus {
  const state = { terminated: { exitCode } };
  return { name, image: '', imageID: '', ready: false, restartCount: 0, state };
}

function pod(status: Pod['status']): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop' },
    ...(status && { status }),
  };
}

const codes = (operator: string, values: readonly number[], containerName?: string) => ({
  onExitCodes: { operator, values, ...(containerName === undefined ? {} : { containerName }) },
});

test('without a policy, or where no rule matches, a failure counts', () => {
  const failed = pod({ containerStatuses: [container('main', 3)] });
  assert.deepEqual(failureVerdict(job(), failed), { counts: true });
  assert.deepEqual(failureVerdict(job({ action: 'Ignore', ...codes('In', [4]) }), failed), { counts: true });
});

test('the first rule that matches decides', () => {
  const rules = [
    { action: 'Ignore', ...codes('In', [7]) },
    { action: 'Count', ...codes('In', [3]) },
    { action: 'FailJob', ...codes('In', [3]) },
  ];
  const failed = pod({ containerStatuses: [container('main', 3)] });
  assert.deepEqual(failureVerdict(job(...rules), failed), { counts: true, action: 'Count' });
});

test('a code of zero matches nothing, nor does another container', () => {
  const failed = pod({ containerStatuses: [container('main', 0), container('side', 3)] });
  const ignores = (rule: ReturnType<typeof codes>): boolean =>
    !failureVerdict(job({ action: 'Ignore', ...rule }), failed).counts;
  assert.equal(ignores(codes('NotIn', [3])), false);
  assert.equal(ignores(codes('In', [3], 'main')), false);
  assert.equal(ignores(codes('In', [3], 'side')), true);
});

test('init containers are looked at too', () => {
  const failed = pod({ initContainerStatuses: [container('setup', 9)] });
  assert.equal(
    failureVerdict(job({ action: 'FailJob', ...codes('In', [9]) }), failed).failJob,
    'Container setup for pod shop/p failed with exit code 9 matching FailJob rule at index 0',
  );
});

test('a condition matches by type and status, True unless given', () => {
  const failed = pod({ conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
  const rule = (status?: string) => ({
    action: 'FailJob',
    onPodConditions: [{ type: 'DisruptionTarget', ...(status === undefined ? {} : { status }) }],
  });
  assert.equal(
    failureVerdict(job(rule()), failed).failJob,
    'Pod shop/p has condition DisruptionTarget matching FailJob rule at index 0',
  );
  assert.equal(failureVerdict(job(rule('False')), failed).failJob, undefined);
});
