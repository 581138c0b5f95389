/** Properties of the core over random histories: order of planning, hosts and people are all the seed's choice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Deployment, ReplicaSet } from '../../schemas/kubernetes/types/apps-v1.ts';
import type { Node, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../reconciler/core/model/object.ts';
import { isPodActive } from '../../reconciler/core/model/pod-status.ts';
import { activePods, available, overAllocation, rollingLimits, sharedRanges } from './invariants.ts';
import { deploymentObject, type Options } from './objects.ts';
import { SimCluster } from './sim-cluster.ts';
import { SimHosts } from './sim-hosts.ts';

const app = 'web';

/** Turns of hosts that every history is granted to come to rest: each lets at least one pod of a rollout move. */
const turnsMax = 200;

function newCluster(seed: number, nodes: number, cpu: string): { cluster: SimCluster; hosts: SimHosts } {
  const cluster = new SimCluster({ seed, shuffle: true });
  const hosts = new SimHosts(cluster);
  for (let index = 1; index <= nodes; index++)
    hosts.join(`n${index}`, { allocatable: { cpu, memory: '4Gi', pods: '10' } });
  cluster.settle();
  return { cluster, hosts };
}

function put(cluster: SimCluster, options: Options): void {
  const object = deploymentObject(app, options);
  const live = cluster.view.get<Deployment>('apps/v1', 'Deployment', 'shop', app);
  const next = { ...object, metadata: { ...live?.metadata, ...object.metadata } };
  cluster.submit('user', [
    live === undefined ? { type: 'create', object } : { type: 'update', scope: 'spec', object: next },
  ]);
}

function boundPods(cluster: SimCluster): readonly Pod[] {
  return cluster.list<Pod>('v1', 'Pod').filter((pod) => isPodActive(pod) && pod.spec?.nodeName !== undefined);
}

function endTerminating(cluster: SimCluster, hosts: SimHosts): void {
  for (const pod of cluster.list<Pod>('v1', 'Pod'))
    if (pod.metadata.deletionTimestamp !== undefined) hosts.gone(pod);
}

/** The sizes of all ReplicaSets: what pods follow, each set at its own time. */
function wantedPods(cluster: SimCluster): number {
  return cluster
    .list<ReplicaSet>('apps/v1', 'ReplicaSet')
    .reduce((sum, set) => sum + (set.spec?.replicas ?? 0), 0);
}

/** Hosts do all that they are asked until nothing changes any more. */
function comeToRest(cluster: SimCluster, hosts: SimHosts): void {
  for (let turn = 0; turn < turnsMax; turn++) {
    cluster.settle();
    const before = cluster.view.revision;
    for (const pod of boundPods(cluster)) hosts.running(pod, true);
    endTerminating(cluster, hosts);
    cluster.settle();
    if (cluster.view.revision === before) return;
  }
  assert.fail(`no rest after ${turnsMax} turns of the hosts`);
}

const shapes = fc
  .record({
    replicas: fc.integer({ min: 0, max: 8 }),
    surge: fc.constantFrom('0', '1', '2', '25%', '100%'),
    unavailable: fc.constantFrom('0', '1', '3', '30%'),
    image: fc.constantFrom('web:1', 'web:2', 'web:3'),
    cpu: fc.constantFrom('100m', '900m', '1500m'),
    strategy: fc.constantFrom('RollingUpdate', 'RollingUpdate', 'Recreate'),
  })
  .filter(mayMove);

function optionsOf(shape: {
  replicas: number;
  surge: string;
  unavailable: string;
  image: string;
  cpu: string;
  strategy: string;
}): Options {
  return { ...shape, replicas: String(shape.replicas) };
}

/** A rollout that may neither surge nor lack a pod could not go on: the API refuses it. */
function mayMove(shape: { readonly surge: string; readonly unavailable: string }): boolean {
  return shape.surge !== '0' || shape.unavailable !== '0';
}

const acts = fc.oneof(
  { weight: 3, arbitrary: shapes.map((shape) => ({ type: 'deploy' as const, shape })) },
  { weight: 3, arbitrary: fc.nat().map((which) => ({ type: 'ready' as const, which })) },
  { weight: 1, arbitrary: fc.nat().map((which) => ({ type: 'unready' as const, which })) },
  { weight: 1, arbitrary: fc.nat().map((which) => ({ type: 'fail' as const, which })) },
  { weight: 2, arbitrary: fc.constant({ type: 'end' as const }) },
  { weight: 1, arbitrary: fc.nat({ max: 400 }).map((seconds) => ({ type: 'clock' as const, seconds })) },
  { weight: 1, arbitrary: fc.nat().map((which) => ({ type: 'cut' as const, which })) },
  { weight: 2, arbitrary: fc.nat().map((which) => ({ type: 'heartbeat' as const, which })) },
  { weight: 3, arbitrary: fc.nat({ max: 20 }).map((count) => ({ type: 'steps' as const, count })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('Background', 'Foreground', 'Orphan')
      .map((how) => ({ type: 'delete' as const, how })),
  },
);

type Act = typeof acts extends fc.Arbitrary<infer T> ? T : never;

function perform(act: Act, cluster: SimCluster, hosts: SimHosts): void {
  const pods = boundPods(cluster);
  const nodes = cluster.list<Node>('v1', 'Node');
  const chosen = <T>(list: readonly T[], which: number): T | undefined =>
    list[which % Math.max(1, list.length)];
  const withPod = (which: number, run: (pod: Pod) => void): void => {
    const pod = chosen(pods, which);
    if (pod !== undefined) run(pod);
  };
  switch (act.type) {
    case 'deploy':
      return put(cluster, optionsOf(act.shape));
    case 'ready':
      return withPod(act.which, (pod) => hosts.running(pod, true));
    case 'unready':
      return withPod(act.which, (pod) => hosts.running(pod, false));
    case 'fail':
      return withPod(act.which, (pod) => hosts.ended(pod, 'Failed'));
    case 'end':
      return endTerminating(cluster, hosts);
    case 'clock':
      return cluster.advance(act.seconds * 1000);
    case 'cut':
      return hosts.cut(chosen(nodes, act.which)?.metadata.name ?? '');
    case 'heartbeat':
      return hosts.heartbeat(chosen(nodes, act.which)?.metadata.name ?? '');
    case 'steps':
      for (let count = 0; count < act.count; count++) cluster.step();
      return undefined;
    case 'delete':
      return deleteApp(cluster, act.how);
    default:
      return act satisfies never;
  }
}

function deleteApp(cluster: SimCluster, propagation: 'Background' | 'Foreground' | 'Orphan'): void {
  const live = cluster.view.get<Deployment>('apps/v1', 'Deployment', 'shop', app);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return;
  cluster.submit('user', [{ type: 'delete', ref: refOf(live), uid: live.metadata.uid ?? '', propagation }]);
}

test('no history over-allocates a node, shares a pod range, or fails to come to rest', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 3 }),
      fc.array(acts, { maxLength: 25 }),
      (seed, count, history) => {
        const { cluster, hosts } = newCluster(seed, count, '2');
        for (const act of history) {
          perform(act, cluster, hosts);
          assert.deepEqual(overAllocation(cluster), []);
        }
        for (const node of cluster.list<Node>('v1', 'Node')) hosts.heartbeat(node.metadata.name ?? '');
        comeToRest(cluster, hosts);
        assert.deepEqual(overAllocation(cluster), []);
        assert.deepEqual(sharedRanges(cluster), []);
        assert.deepEqual(cluster.unrest(), []);
      },
    ),
    { numRuns: 300 },
  );
});

test('a Deployment ends with exactly its pods, all of the newest template', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(shapes, { minLength: 1, maxLength: 6 }),
      fc.nat({ max: 30 }),
      (seed, rollouts, steps) => {
        const { cluster, hosts } = newCluster(seed, 3, '16');
        for (const shape of rollouts) {
          put(cluster, optionsOf(shape));
          for (let count = 0; count < steps; count++) cluster.step();
          for (const pod of boundPods(cluster).slice(0, 2)) hosts.running(pod, true);
        }
        comeToRest(cluster, hosts);
        const last = rollouts.at(-1);
        const pods = activePods(cluster, app);
        assert.equal(pods.length, last?.replicas);
        assert.ok(pods.every((pod) => pod.spec?.containers[0]?.image === last?.image));
        const deployment = cluster.view.get<Deployment>('apps/v1', 'Deployment', 'shop', app);
        const progress = deployment?.status?.conditions?.find(({ type }) => type === 'Progressing');
        assert.equal(progress?.reason, 'NewReplicaSetAvailable');
      },
    ),
    { numRuns: 200 },
  );
});

test('a rolling update never has fewer available pods than it may, nor wants more than it may', () => {
  const rolling = fc
    .record({
      replicas: fc.integer({ min: 1, max: 8 }),
      surge: fc.constantFrom('0', '1', '3', '25%', '100%'),
      unavailable: fc.constantFrom('0', '1', '2', '30%'),
    })
    .filter(mayMove);
  fc.assert(
    fc.property(
      fc.nat(),
      rolling,
      fc.array(fc.nat({ max: 9 }), { minLength: 10, maxLength: 200 }),
      (seed, shape, choices) => {
        const { cluster, hosts } = newCluster(seed, 3, '64');
        const options = { ...shape, replicas: String(shape.replicas) };
        const limits = rollingLimits(deploymentObject(app, options));
        put(cluster, { ...options, image: 'web:1' });
        comeToRest(cluster, hosts);
        put(cluster, { ...options, image: 'web:2' });
        for (const choice of choices) {
          const pods = boundPods(cluster);
          const pod = pods[cluster.draw(Math.max(1, pods.length))];
          if (choice === 0) put(cluster, { ...options, image: `web:${3 + cluster.draw(3)}` });
          else if (choice <= 2 && pod !== undefined) hosts.running(pod, true);
          else cluster.step();
          assert.ok(
            available(cluster, app) >= limits.fewest,
            `${available(cluster, app)} available, ${limits.fewest} demanded`,
          );
          assert.ok(
            wantedPods(cluster) <= limits.most,
            `${wantedPods(cluster)} pods wanted, ${limits.most} allowed`,
          );
        }
        comeToRest(cluster, hosts);
      },
    ),
    { numRuns: 200 },
  );
});
