import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Node, Pod, PodSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import { formatTime } from '../../model/time.ts';
import { MutableView } from '../../model/view.ts';
import { daemonSetController } from './controller.ts';
import { daemonPod, failuresAnnotation, targetNode } from './daemon-pod.ts';
import { failuresWith, replaceableInMs } from './failed-pods.ts';

const labels = { app: 'agent' };
const nowMs = 1_767_225_600_000;

function setOf(spec: Partial<PodSpec> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop', uid: 'set', generation: 1 },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main' }], ...spec } },
    },
  };
}

function nodeOf(name: string, more: Partial<Node> = {}): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name }, ...more };
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

const placement = { node: 'n1', name: 'agent-x', hash: 'h', failures: 0 };

test('the node takes the place of the terms by which it was chosen; preferences stay', () => {
  const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } }];
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }] };
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: required,
      preferredDuringSchedulingIgnoredDuringExecution: preferred,
    },
  };
  const pod = daemonPod(setOf({ affinity }), placement);
  const { nodeAffinity } = pod.spec?.affinity ?? {};
  assert.deepEqual(nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms, [
    { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
  ]);
  assert.deepEqual(nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution, preferred);
  assert.equal(targetNode(pod), 'n1');
});

test('tolerations that the template has are not added again; the network is one only for pods of the host network', () => {
  const known = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' };
  const keys = (spec: Partial<PodSpec>) =>
    (daemonPod(setOf(spec), placement).spec?.tolerations ?? []).map(({ key }) => key?.split('/')[1]);
  const usual = ['unreachable', 'disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];
  assert.deepEqual(keys({ tolerations: [known] }), ['not-ready', ...usual]);
  assert.deepEqual(keys({ hostNetwork: true }), ['not-ready', ...usual, 'network-unavailable']);
});

test('nodes plan a set only where its verdict of them changes', () => {
  const set = setOf({ nodeSelector: { disk: 'ssd' } });
  const view = viewOf(set);
  const [plain, fast] = [
    nodeOf('n1'),
    nodeOf('n1', { metadata: { name: 'n1', uid: 'n1', labels: { disk: 'ssd' } } }),
  ];
  const beating = { ...fast, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
  const tainted = { ...fast, spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } };
  const keys = (before: Node | undefined, after: Node | undefined) =>
    daemonSetController.keysFor({ ref: refOf(plain), before, after }, view).map(({ name }) => name);
  assert.deepEqual(keys(undefined, plain), []);
  assert.deepEqual(keys(undefined, fast), ['agent']);
  assert.deepEqual(keys(plain, fast), ['agent']);
  assert.deepEqual(keys(fast, beating), []);
  assert.deepEqual(keys(fast, tainted), ['agent']);
  assert.deepEqual(keys(fast, undefined), ['agent']);
});

test('a template that names its node runs there alone', () => {
  const set = setOf({ nodeName: 'n2' });
  const view = viewOf(set, nodeOf('n1'), nodeOf('n2'));
  const { changes } = daemonSetController.plan(refOf(set), view, { nowMs, seed: 1 });
  const pods = changes.flatMap((change) =>
    change.type === 'create' && change.object.kind === 'Pod' ? [change.object as Pod] : [],
  );
  assert.deepEqual(
    pods.map((pod) => pod.spec?.nodeName),
    ['n2'],
  );
});

function failed(failures: number, livedMs: number): Pod {
  const created = formatTime(nowMs - livedMs);
  const metadata = {
    name: 'agent-x',
    creationTimestamp: created,
    ...(failures === 0 ? {} : { annotations: { [failuresAnnotation]: String(failures) } }),
  };
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: formatTime(nowMs) }];
  return { apiVersion: 'v1', kind: 'Pod', metadata, status: { phase: 'Failed', conditions } };
}

test('failures in a row wait longer and longer, up to a quarter of an hour, and are forgotten after a long life', () => {
  assert.equal(replaceableInMs(failed(0, 1000), nowMs), 0);
  assert.equal(replaceableInMs(failed(1, 1000), nowMs), 1000);
  assert.equal(replaceableInMs(failed(4, 1000), nowMs), 8000);
  assert.equal(replaceableInMs(failed(40, 1000), nowMs), 900_000);
  assert.equal(replaceableInMs(failed(4, 1000), nowMs + 8000), 0);
  assert.equal(replaceableInMs(failed(4, 3_600_000), nowMs), 0);
  assert.equal(failuresWith(failed(4, 1000)), 5);
  assert.equal(failuresWith(failed(4, 3_600_000)), 1);
});

test('pods for nodes that are gone wait for nobody', () => {
  const set = setOf();
  const owned = daemonPod(set, { ...placement, node: 'gone' });
  const pod = { ...owned, metadata: { ...owned.metadata, uid: 'p' } };
  const { changes } = daemonSetController.plan(refOf(set), viewOf(set, pod), { nowMs, seed: 1 });
  assert.deepEqual(
    changes
      .filter(({ type }) => type === 'delete')
      .map((change) => change.type === 'delete' && change.ref.name),
    ['agent-x'],
  );
});
