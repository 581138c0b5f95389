import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod, PodSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { desiredEntry } from '../../desired/desired-state.ts';
import { refOf } from '../../model/object.ts';
import { MutableView } from '../../model/view.ts';
import { podAdmissionController } from './pod-admission.ts';

const context = { nowMs: 1_767_225_600_000, seed: 1 };
const networks = { clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1', labels: { disk: 'ssd' } },
  spec: { podCIDR: '10.42.0.0/24' },
  status: { allocatable: { cpu: '1', memory: '1Gi', pods: '3' } },
};

function pod(name: string, spec: Partial<PodSpec>, status: Pod['status'] = { phase: 'Pending' }): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { nodeName: 'n1', containers: [{ name: 'main' }], ...spec },
    status,
  };
}

const running = { phase: 'Running', startTime: '2026-01-01T00:00:00Z' };
const withPort = { containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort: 8080 }] }] };
const withCpu = (cpu: string): Partial<PodSpec> => ({
  containers: [{ name: 'main', resources: { requests: { cpu } } }],
});

/** What becomes of the pod `new`: its reason for failing, and whether its host is told of it. */
function judged(
  others: readonly Pod[],
  fresh: Pod,
  on = node,
): readonly [reason: string | undefined, told: boolean] {
  const view = new MutableView();
  for (const object of [on, ...others, fresh]) view.apply(refOf(object), object, 1);
  const plan = podAdmissionController.plan(refOf(fresh), view, context);
  const [change] = plan.changes;
  const failed = change?.type === 'update' ? (change.object as Pod) : undefined;
  assert.equal(failed?.status?.phase, failed === undefined ? undefined : 'Failed');
  if (failed !== undefined) {
    assert.equal(plan.events[0]?.reason, failed.status?.reason);
    view.apply(refOf(failed), failed, 2);
    assert.deepEqual(podAdmissionController.plan(refOf(fresh), view, context).changes, []);
    assert.equal(desiredEntry(view, 'n1', `pod/${fresh.metadata.uid ?? ''}`, networks), undefined);
  }
  view.apply(refOf(fresh), fresh, 3);
  const told = desiredEntry(view, 'n1', `pod/${fresh.metadata.uid ?? ''}`, networks) !== undefined;
  return [failed?.status?.reason, told];
}

const cases: readonly (readonly [
  what: string,
  others: readonly Pod[],
  fresh: Pod,
  reason: string | undefined,
])[] = [
  ['a pod that fits', [pod('a', withCpu('500m'), running)], pod('new', withCpu('500m')), undefined],
  ['too much cpu', [pod('a', withCpu('600m'), running)], pod('new', withCpu('500m')), 'OutOfcpu'],
  ['too many pods', ['a', 'b', 'c'].map((name) => pod(name, {}, running)), pod('new', {}), 'OutOfpods'],
  ['a port in use', [pod('a', withPort, running)], pod('new', withPort), 'NodePorts'],
  ['a port of a pod that ended', [pod('a', withPort, { phase: 'Failed' })], pod('new', withPort), undefined],
  ['a port of one that comes first', [pod('a', withPort)], pod('new', withPort), 'NodePorts'],
  ['a port of one that comes later', [pod('z', withPort)], pod('new', withPort), undefined],
  ['another node by its labels', [], pod('new', { nodeSelector: { disk: 'hdd' } }), 'NodeAffinity'],
  ['one that runs already', [pod('a', withPort, running)], pod('new', withPort, running), undefined],
];
for (const [what, others, fresh, reason] of cases)
  test(`${what}: ${reason ?? 'is taken on'}`, () => {
    assert.deepEqual(judged(others, fresh), [reason, reason === undefined]);
  });

test('a node that has told nothing yet is not judged', () => {
  const { status: _, ...silent } = node;
  assert.deepEqual(judged([], pod('new', withCpu('64')), silent), [undefined, true]);
});

test('what no toleration stands against is not taken on', () => {
  const tainted = { ...node, spec: { ...node.spec, taints: [{ key: 'gone', effect: 'NoExecute' }] } };
  assert.deepEqual(judged([], pod('new', {}), tainted), ['TaintToleration', false]);
});
