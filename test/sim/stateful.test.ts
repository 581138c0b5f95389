/** Properties of StatefulSets and DaemonSets over random histories: who may be made when, and what they come to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DaemonSet, StatefulSet } from '../../schemas/kubernetes/types/apps-v1.ts';
import type { Node, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../../reconciler/core/model/object.ts';
import { isPodActive, isPodReady } from '../../reconciler/core/model/pod-status.ts';
import { SimCluster } from './sim-cluster.ts';
import { SimHosts } from './sim-hosts.ts';

/** Turns of hosts that every history is granted to come to rest: each lets at least one pod move. */
const turnsMax = 120;
const labels = { app: 'web' };

interface Shape {
  readonly replicas: number;
  readonly start: number;
  readonly image: string;
  readonly partition: number;
}

function template(image: string) {
  return { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } };
}

function statefulSet({ replicas, start, image, partition }: Shape, policy: string): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas,
      ordinals: { start },
      podManagementPolicy: policy,
      serviceName: 'web',
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
      template: template(image),
    },
  };
}

function newCluster(seed: number, nodes: number): { cluster: SimCluster; hosts: SimHosts } {
  const cluster = new SimCluster({ seed, shuffle: true });
  const hosts = new SimHosts(cluster);
  for (let index = 1; index <= nodes; index++)
    hosts.join(`n${index}`, { allocatable: { cpu: '16', memory: '16Gi', pods: '50' } });
  cluster.settle();
  return { cluster, hosts };
}

function put<T extends KubeObject>(cluster: SimCluster, object: T): void {
  const { apiVersion, kind, namespace, name } = refOf(object);
  const live = cluster.view.get<KubeObject>(apiVersion, kind, namespace, name);
  const next = { ...object, metadata: { ...live?.metadata, ...object.metadata } };
  cluster.submit('user', [
    live === undefined ? { type: 'create', object } : { type: 'update', scope: 'spec', object: next },
  ]);
}

function pods(cluster: SimCluster): readonly Pod[] {
  return cluster.list<Pod>('v1', 'Pod');
}

function bound(cluster: SimCluster): readonly Pod[] {
  return pods(cluster).filter((pod) => isPodActive(pod) && pod.spec?.nodeName !== undefined);
}

function endTerminating(cluster: SimCluster, hosts: SimHosts): void {
  for (const pod of pods(cluster)) if (pod.metadata.deletionTimestamp !== undefined) hosts.gone(pod);
}

function comeToRest(cluster: SimCluster, hosts: SimHosts): void {
  for (let turn = 0; turn < turnsMax; turn++) {
    for (const node of cluster.list<Node>('v1', 'Node')) hosts.heartbeat(node.metadata.name ?? '');
    cluster.settle();
    const before = cluster.view.revision;
    for (const pod of bound(cluster)) hosts.running(pod, true);
    endTerminating(cluster, hosts);
    cluster.settle();
    if (cluster.view.revision === before) return;
  }
  assert.fail(`no rest after ${turnsMax} turns of the hosts`);
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  replicas: fc.integer({ min: 0, max: 5 }),
  start: fc.constantFrom(0, 0, 0, 2),
  image: fc.constantFrom('web:1', 'web:2', 'web:3'),
  partition: fc.constantFrom(0, 0, 0, 1, 3),
});

/** What befalls pods, by a number that the seed's pods are chosen with. */
const acts = fc.oneof(
  { weight: 2, arbitrary: shapes.map((shape) => ({ type: 'put' as const, shape })) },
  { weight: 4, arbitrary: fc.nat({ max: 8 }).map((which) => ({ type: 'ready' as const, which })) },
  { weight: 1, arbitrary: fc.nat({ max: 8 }).map((which) => ({ type: 'unready' as const, which })) },
  { weight: 1, arbitrary: fc.nat({ max: 8 }).map((which) => ({ type: 'fail' as const, which })) },
  { weight: 1, arbitrary: fc.nat({ max: 8 }).map((which) => ({ type: 'delete' as const, which })) },
  { weight: 2, arbitrary: fc.constant({ type: 'end' as const }) },
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 9 }).map((count) => ({ type: 'steps' as const, count })),
  },
);
type Act = typeof acts extends fc.Arbitrary<infer T> ? T : never;

function perform(act: Act, cluster: SimCluster, hosts: SimHosts, change: (shape: Shape) => void): void {
  if (act.type === 'put') return change(act.shape);
  if (act.type === 'end') return endTerminating(cluster, hosts);
  if (act.type === 'steps') {
    for (let count = 0; count < act.count; count++) cluster.step();
    return undefined;
  }
  const all = bound(cluster);
  const pod = all[act.which % Math.max(1, all.length)];
  if (pod === undefined) return undefined;
  if (act.type === 'ready') return hosts.running(pod, true);
  if (act.type === 'unready') return hosts.running(pod, false);
  if (act.type === 'fail') return hosts.ended(pod, 'Failed');
  return cluster.submit('user', [{ type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' }]);
}

/** Pods that a set made although one of their predecessors was not ready. */
function madeOutOfOrder(cluster: SimCluster): readonly string[] {
  const made = cluster.commits.splice(0).filter(({ by, change }) => {
    return by === 'statefulset-controller' && change.ref.kind === 'Pod' && change.before === undefined;
  });
  const set = cluster.view.get<StatefulSet>('apps/v1', 'StatefulSet', 'shop', 'web');
  return made.flatMap(({ change }) => {
    const ordinal = Number(change.ref.name.split('-')[1]);
    const first = set?.spec?.ordinals?.start ?? 0;
    return Array.from({ length: Math.max(0, ordinal - first) }, (_, index) => `web-${first + index}`).filter(
      (name) => {
        const pod = cluster.view.get<Pod>('v1', 'Pod', 'shop', name);
        return pod === undefined || !isPodReady(pod) || !isPodActive(pod);
      },
    );
  });
}

test('an ordered set makes no pod before its predecessors are ready, and any set ends with exactly its pods', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom('OrderedReady', 'Parallel'),
      shapes,
      fc.array(acts, { maxLength: 30 }),
      (seed, policy, first, history) => {
        const { cluster, hosts } = newCluster(seed, 2);
        let last = first;
        put(cluster, statefulSet(first, policy));
        for (const act of history) {
          cluster.commits.splice(0);
          const change = (shape: Shape): void => {
            last = shape;
            put(cluster, statefulSet(shape, policy));
          };
          // One step at a time: an order is seen only while nothing else happens.
          if (act.type !== 'steps') perform(act, cluster, hosts, change);
          else
            for (let count = 0; count < act.count && cluster.step(); count++)
              if (policy === 'OrderedReady') assert.deepEqual(madeOutOfOrder(cluster), []);
        }
        comeToRest(cluster, hosts);
        const names = Array.from({ length: last.replicas }, (_, index) => `web-${last.start + index}`);
        assert.deepEqual(
          pods(cluster).map(({ metadata }) => metadata.name),
          names,
        );
        const images = pods(cluster).map(({ spec }) => spec?.containers[0]?.image);
        assert.ok(images.slice(last.partition).every((image) => image === last.image));
        assert.deepEqual(cluster.unrest(), []);
      },
    ),
    { numRuns: 150 },
  );
});

function daemonSet(image: string, rolling: object): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: rolling },
      template: template(image),
    },
  };
}

test('a DaemonSet ends with one pod of the newest template on each node, and never has two of one template there', () => {
  const rollings = fc.constantFrom(
    { maxUnavailable: 1 },
    { maxUnavailable: '50%' },
    { maxUnavailable: 0, maxSurge: 1 },
    { maxUnavailable: 0, maxSurge: '100%' },
  );
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 4 }),
      rollings,
      fc.array(acts, { maxLength: 30 }),
      (seed, nodes, rolling, history) => {
        const { cluster, hosts } = newCluster(seed, nodes);
        let image = 'web:1';
        put(cluster, daemonSet(image, rolling));
        const change = (shape: Shape): void => {
          image = shape.image;
          put(cluster, daemonSet(image, rolling));
        };
        for (const act of history) {
          perform(act, cluster, hosts, change);
          const placed = bound(cluster).map(
            ({ spec }) => `${spec?.nodeName ?? ''} ${spec?.containers[0]?.image ?? ''}`,
          );
          assert.deepEqual(placed, [...new Set(placed)], 'one template twice on a node');
        }
        // Failures in a row are replaced after a while.
        for (let minute = 0; minute < 20; minute++) {
          comeToRest(cluster, hosts);
          cluster.advance(30_000);
        }
        comeToRest(cluster, hosts);
        const found = pods(cluster).map(({ spec }) => [spec?.nodeName, spec?.containers[0]?.image]);
        const wanted = Array.from({ length: nodes }, (_, index) => [`n${index + 1}`, image]);
        assert.deepEqual(found.toSorted(), wanted);
        assert.deepEqual(cluster.unrest(), []);
      },
    ),
    { numRuns: 100 },
  );
});
