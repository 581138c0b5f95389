import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../model/object.ts';
import { updateProblems } from './updates.ts';

const web = { name: 'web', image: 'nginx:1', resources: { requests: { cpu: '1' } } };
const init = { name: 'init', image: 'busybox' };

function pod(spec: object, more: object = {}): KubeObject {
  const metadata = { name: 'web', namespace: 'shop' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [web], ...spec },
    ...more,
  } as KubeObject;
}

function causes(before: KubeObject, after: KubeObject, subresource = ''): readonly string[] {
  return updateProblems(after, before, subresource).map(({ path, problem }) => `${path}: ${problem}`);
}

const mayNot =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

const toleration = { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 };

for (const [name, before, after] of [
  ['nothing', {}, {}],
  [
    'images',
    { initContainers: [init] },
    { containers: [{ ...web, image: 'nginx:2' }], initContainers: [{ ...init, image: 'b' }] },
  ],
  ['a deadline set', {}, { activeDeadlineSeconds: 10 }],
  ['a deadline lowered', { activeDeadlineSeconds: 10 }, { activeDeadlineSeconds: 5 }],
  [
    'a toleration added',
    { tolerations: [toleration] },
    { tolerations: [toleration, { key: 'b', operator: 'Exists' }] },
  ],
  [
    'the seconds of a toleration',
    { tolerations: [toleration] },
    { tolerations: [{ ...toleration, tolerationSeconds: 9 }] },
  ],
  [
    'a negative grace period ended',
    { terminationGracePeriodSeconds: -1 },
    { terminationGracePeriodSeconds: 1 },
  ],
  [
    'a gate removed',
    { schedulingGates: [{ name: 'a' }, { name: 'b' }] },
    { schedulingGates: [{ name: 'b' }] },
  ],
  [
    'quantities written otherwise',
    {},
    { containers: [{ ...web, resources: { requests: { cpu: '1000m' } } }] },
  ],
  [
    'nodes of a gated pod',
    { schedulingGates: [{ name: 'a' }] },
    { schedulingGates: [{ name: 'a' }], nodeSelector: { disk: 'ssd' } },
  ],
] as const) {
  test(`a pod may change: ${name}`, () => {
    assert.deepEqual(causes(pod(before), pod(after)), []);
  });
}

const affinity = (values: readonly string[]): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values }] }],
    },
  },
});
const gated = { schedulingGates: [{ name: 'a' }] };

for (const [name, before, after, ...expected] of [
  ['a field', { hostname: 'a' }, { hostname: 'b' }, `${mayNot}- spec.hostname: "a"\n+ spec.hostname: "b"`],
  [
    'a command',
    {},
    { containers: [{ ...web, command: ['a'] }] },
    `${mayNot}+ spec.containers[0].command: ["a"]`,
  ],
  [
    'resources without resize',
    {},
    { containers: [{ ...web, resources: { requests: { cpu: '2' } } }] },
    `${mayNot}- spec.containers[0].resources.requests.cpu: "1"\n+ spec.containers[0].resources.requests.cpu: "2"`,
  ],
  [
    'a container',
    {},
    { containers: [web, { ...web, name: 'b' }] },
    'spec.containers: Forbidden: pod updates may not add or remove containers',
  ],
  [
    'an init container',
    {},
    { initContainers: [init] },
    'spec.initContainers: Forbidden: pod updates may not add or remove containers',
  ],
  [
    'a deadline raised',
    { activeDeadlineSeconds: 5 },
    { activeDeadlineSeconds: 6 },
    'spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value',
  ],
  [
    'a deadline dropped',
    { activeDeadlineSeconds: 5 },
    {},
    'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
  ],
  [
    'a toleration removed',
    { tolerations: [toleration] },
    {},
    'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
  ],
  [
    'a gate added',
    gated,
    { schedulingGates: [{ name: 'a' }, { name: 'b' }] },
    "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
  ],
  [
    'nodes of a pod without gates',
    {},
    { nodeSelector: { a: 'b' } },
    `${mayNot}+ spec.nodeSelector: {"a":"b"}`,
  ],
  [
    'labels of a gated pod away',
    { ...gated, nodeSelector: { a: 'b' } },
    { ...gated, nodeSelector: { a: 'c' } },
    'spec.nodeSelector: Invalid value: {"a":"c"}: only additions are allowed (no mutations or deletions)',
  ],
  [
    'terms of a gated pod',
    { ...gated, affinity: affinity(['a']) },
    { ...gated, affinity: affinity(['b']) },
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: Invalid value: {"matchExpressions":[{"key":"zone","operator":"In","values":["b"]}]}: only additions are allowed (no mutations or deletions)',
  ],
  [
    'a grace period',
    { terminationGracePeriodSeconds: 30 },
    { terminationGracePeriodSeconds: 1 },
    `${mayNot}- spec.terminationGracePeriodSeconds: 30\n+ spec.terminationGracePeriodSeconds: 1`,
  ],
] as const) {
  test(`a pod may not change: ${name}`, () => {
    assert.deepEqual(causes(pod(before), pod(after)), expected);
  });
}

test('affinity is given to a gated pod that had none', () => {
  assert.deepEqual(causes(pod(gated), pod({ ...gated, affinity: affinity(['a']) })), []);
});

const debug = { name: 'debug', image: 'busybox' };

test('ephemeral containers are only added', () => {
  const of = (...ephemeralContainers: readonly object[]): KubeObject => pod({ ephemeralContainers });
  const check = (before: KubeObject, after: KubeObject): readonly string[] =>
    causes(before, after, 'ephemeralcontainers');
  assert.deepEqual(check(pod({}), of(debug)), []);
  assert.deepEqual(check(of(debug), of({ ...debug, name: 'second' }, debug)), []);
  assert.deepEqual(check(of(debug), pod({})), [
    'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be removed\n',
  ]);
  assert.deepEqual(check(of(debug), of({ ...debug, image: 'alpine' })), [
    'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be changed\n- image: "busybox"\n+ image: "alpine"',
  ]);
});

test('resizing changes cpu and memory within the QoS class', () => {
  const status = { qosClass: 'Burstable' };
  const sized = (resources: object, more: object = {}): KubeObject =>
    pod({ containers: [{ ...web, resources, ...more }] }, { status });
  const before = sized({ requests: { cpu: '1' } });
  const check = (after: KubeObject): readonly string[] => causes(before, after, 'resize');
  assert.deepEqual(check(sized({ requests: { cpu: '2', memory: '1Gi' } })), []);
  assert.deepEqual(check(sized({ requests: { cpu: '2' }, limits: { cpu: '2' } })), []);
  assert.deepEqual(
    check(sized({ limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '2', memory: '1Gi' } })),
    ['spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing'],
  );
  assert.deepEqual(check(sized({ requests: { memory: '1Gi' } })), [
    'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
  ]);
  assert.deepEqual(check(sized({ requests: { cpu: '1' } }, { image: 'other' })), [
    'spec: Forbidden: only cpu and memory resources are mutable',
  ]);
  assert.deepEqual(check(sized({ requests: { cpu: '1', 'ephemeral-storage': '1' } })), [
    'spec: Forbidden: only cpu and memory resources are mutable',
  ]);
});

test('a status moves on', () => {
  const ended = (exitCode: number): object => ({ name: 'web', state: { terminated: { exitCode } } });
  const status = (container: object, more: object = {}): object => ({
    status: { qosClass: 'Burstable', containerStatuses: [container], ...more },
  });
  const running = { name: 'web', state: { running: {} } };
  const check = (policy: string, before: object, after: object): readonly string[] =>
    causes(pod({ restartPolicy: policy }, before), pod({ restartPolicy: policy }, after), 'status');
  assert.deepEqual(check('Always', status(ended(0)), status(running)), []);
  assert.deepEqual(check('OnFailure', status(ended(1)), status(running)), []);
  const back =
    'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state';
  assert.deepEqual(check('OnFailure', status(ended(0)), status(running)), [back]);
  assert.deepEqual(check('Never', status(ended(1)), status(running)), [back]);
  assert.deepEqual(check('Always', status(running), status(running, { qosClass: 'BestEffort' })), [
    'status.qosClass: Invalid value: "BestEffort": field is immutable',
  ]);
  assert.deepEqual(
    check('Always', status(running), status(running, { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] })),
    [
      'status.podIPs: Invalid value: [{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]: may specify no more than one IP for each IP family',
    ],
  );
  assert.deepEqual(
    check('Always', status(running), status(running, { hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.2' }] })),
    ['status.hostIPs[0].ip: Invalid value: "10.0.0.2": must be equal to `hostIP`'],
  );
});
