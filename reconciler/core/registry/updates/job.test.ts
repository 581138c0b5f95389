import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../model/object.ts';
import { updateProblems } from './updates.ts';

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'work', image: 'a' }] } };
const spec = { completions: 3, parallelism: 1, selector: { matchLabels: { a: 'b' } }, template };

function job(changes: object, status: object = {}): KubeObject {
  const metadata = { name: 'work', namespace: 'shop' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: { ...spec, ...changes },
    status,
  } as KubeObject;
}

function causes(before: KubeObject, after: KubeObject, subresource = ''): readonly string[] {
  return updateProblems(after, before, subresource).map(({ path, problem }) => `${path}: ${problem}`);
}

test('a job may be slowed down, stopped and given more tries', () => {
  const after = job({
    parallelism: 5,
    suspend: true,
    backoffLimit: 9,
    activeDeadlineSeconds: 5,
    ttlSecondsAfterFinished: 1,
  });
  assert.deepEqual(causes(job({}), after), []);
});

for (const [name, change, expected] of [
  ['completions', { completions: 4 }, 'spec.completions: Invalid value: 4: field is immutable'],
  ['selector', { selector: {} }, 'spec.selector: Invalid value: {}: field is immutable'],
  [
    'completionMode',
    { completionMode: 'Indexed', completions: 3 },
    'spec.completionMode: Invalid value: "Indexed": field is immutable',
  ],
  [
    'podFailurePolicy',
    { podFailurePolicy: { rules: [] } },
    'spec.podFailurePolicy: Invalid value: {"rules":[]}: field is immutable',
  ],
  [
    'backoffLimitPerIndex',
    { backoffLimitPerIndex: 1 },
    'spec.backoffLimitPerIndex: Invalid value: 1: field is immutable',
  ],
  ['managedBy', { managedBy: 'a.b/c' }, 'spec.managedBy: Invalid value: "a.b/c": field is immutable'],
  [
    'successPolicy',
    { successPolicy: { rules: [] } },
    'spec.successPolicy: Invalid value: {"rules":[]}: field is immutable',
  ],
  ['template', { template: {} }, 'spec.template: Invalid value: {}: field is immutable'],
] as const) {
  test(`a job keeps its ${name}`, () => {
    assert.deepEqual(causes(job({}), job(change)), [expected]);
  });
}

test('an indexed job grows and shrinks with its parallelism', () => {
  const indexed = (completions: number, parallelism: number): KubeObject =>
    job({ completionMode: 'Indexed', completions, parallelism });
  assert.deepEqual(causes(indexed(3, 3), indexed(5, 5)), []);
  assert.deepEqual(causes(indexed(3, 3), indexed(5, 3)), [
    'spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism',
  ]);
});

test('where its pods run is free until a suspended job starts', () => {
  const placed = {
    ...template,
    metadata: { labels: { a: 'b', c: 'd' }, annotations: { e: 'f' } },
    spec: {
      ...template.spec,
      nodeSelector: { zone: 'a' },
      tolerations: [{ operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      schedulingGates: [{ name: 'a' }],
    },
  };
  assert.deepEqual(causes(job({ suspend: true }), job({ template: placed })), []);
  assert.equal(
    causes(job({ suspend: true }, { startTime: '2026-01-01T00:00:00Z' }), job({ template: placed })).length,
    1,
  );
  assert.equal(causes(job({}), job({ template: placed })).length, 1);
  const image = { ...template, spec: { containers: [{ name: 'work', image: 'b' }] } };
  assert.equal(causes(job({ suspend: true }), job({ template: image })).length, 1);
});

const is = (...types: readonly string[]): readonly object[] =>
  types.map((type) => ({ type, status: 'True' }));
const start = '2026-01-01T00:00:00Z';
const end = '2026-01-01T00:01:00Z';
const done = { conditions: is('SuccessCriteriaMet', 'Complete'), startTime: start, completionTime: end };

for (const [name, before, after, ...expected] of [
  ['a job ends', { startTime: start }, done],
  ['a job fails', { startTime: start }, { startTime: start, conditions: is('FailureTarget', 'Failed') }],
  ['conditions of others', {}, { conditions: is('Mine'), startTime: start }],
  ['counters rise', { failed: 1 }, { failed: 2, active: 1, ready: 1 }],
  [
    'failures forgotten',
    { failed: 2 },
    { failed: 1 },
    'status.failed: Invalid value: 1: cannot decrease the failed counter',
  ],
  [
    'successes forgotten',
    { succeeded: 2 },
    {},
    'status.succeeded: Invalid value: 0: cannot decrease the succeeded counter',
  ],
  [
    'more ready than active',
    {},
    { ready: 1 },
    'status.ready: Invalid value: 1: cannot set more ready pods than active',
  ],
  [
    'active when done',
    {},
    { ...done, active: 1 },
    'status.active: Invalid value: 1: active>0 is invalid for finished job',
  ],
  [
    'done and failed',
    {},
    { ...done, conditions: is('Complete', 'SuccessCriteriaMet', 'FailureTarget', 'Failed') },
    'status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions',
    'status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions',
    'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions',
    'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
  ],
  [
    'done without its criteria or times',
    {},
    { conditions: is('Complete') },
    'status.completionTime: Required value: completionTime is required for Complete jobs',
    'status.startTime: Required value: startTime is required for finished job',
    'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  ],
  [
    'done no more',
    done,
    { startTime: start, completionTime: end },
    'status.completionTime: Invalid value: "2026-01-01T00:01:00Z": cannot set completionTime when there is no Complete=True condition',
    'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
    'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition',
  ],
  [
    'another start',
    { startTime: start },
    { startTime: end },
    'status.startTime: Required value: startTime cannot be removed for unsuspended job',
  ],
  [
    'indexes of a job without any',
    {},
    { completedIndexes: '0' },
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
  ],
  [
    'a pod counted twice',
    {},
    { uncountedTerminatedPods: { succeeded: ['a'], failed: ['a'] } },
    'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
  ],
] as const) {
  test(`status of a job: ${name}`, () => {
    assert.deepEqual(causes(job({}, before), job({}, after), 'status'), expected);
  });
}
