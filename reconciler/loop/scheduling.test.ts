import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandClock, quiet, settled } from '../../test/sim/hand-clock.ts';
import { memoryCluster, submitted, type TestContext } from '../../test/sim/memory-cluster.ts';
import type { Node, Pod, PodSpec } from '../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterAccess, SubmitResult } from '../core/model/access.ts';
import type { KubeObject } from '../core/model/object.ts';
import type { Change, EventRecord } from '../core/model/plan.ts';
import type { Cluster } from './cluster.ts';
import { SchedulingLoop } from './scheduling.ts';

function node(name: string, cpu: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: { podCIDR: '10.42.0.0/24' },
    status: { allocatable: { cpu, memory: '8Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function pod(name: string, cpu: string, spec: Partial<PodSpec> = {}): Pod {
  const containers = [{ name: 'main', image: 'web:1', resources: { requests: { cpu } } }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers, terminationGracePeriodSeconds: 0, ...spec },
  };
}

/** What the store is asked, as a test wants it answered. */
type Submit = (changes: readonly Change[], submit: ClusterAccess['submit']) => Promise<SubmitResult>;

interface Trial {
  readonly clock: HandClock;
  readonly cluster: Cluster;
  readonly events: EventRecord[];
  readonly create: (...objects: readonly KubeObject[]) => Promise<void>;
  readonly delete: (name: string) => Promise<void>;
  /** `name -> node`, or `name: message`. */
  readonly pods: () => readonly string[];
}

async function trial(context: TestContext, answer?: Submit): Promise<Trial> {
  const clock = new HandClock();
  const cluster = await memoryCluster(context, clock);
  const events: EventRecord[] = [];
  const submit: ClusterAccess['submit'] = (changes, options) => cluster.submit(changes, options);
  const access: ClusterAccess = {
    view: cluster.view,
    current: () => cluster.current(),
    until: (revision) => cluster.until(revision),
    listen: (listener) => cluster.listen(listener),
    submit: answer === undefined ? submit : (changes) => answer(changes, submit),
  };
  const loop = new SchedulingLoop({
    cluster: access,
    clock,
    random: { next: () => 0.25, uuid: () => 'unused' },
    logger: quiet,
    events: { record: (told) => void events.push(...told) },
    failed: (error) => {
      throw error;
    },
  });
  loop.start();
  context.after(async () => loop.stop());
  const list = (): readonly Pod[] => cluster.view.list<Pod>('v1', 'Pod', 'default');
  return {
    clock,
    cluster,
    events,
    create: async (...objects) => {
      await submitted(cluster, ...objects.map((object): Change => ({ type: 'create', object })));
      await settled();
    },
    delete: async (name) => {
      const uid = list().find(({ metadata }) => metadata.name === name)?.metadata.uid ?? '';
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name };
      await submitted(cluster, { type: 'delete', ref, uid });
      await settled();
    },
    pods: () =>
      list().map(({ metadata, spec, status }) => {
        const told = status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
        const [message] = (told ?? 'untold').split('.');
        return spec?.nodeName === undefined
          ? `${metadata.name}: ${message}`
          : `${metadata.name} -> ${spec.nodeName}`;
      }),
  };
}

test('pods are bound as they come, and those that wait when room comes', async (context) => {
  const { create, delete: remove, pods, events } = await trial(context);
  await create(node('n1', '2'), pod('a', '1'), pod('b', '1'));
  await create(pod('c', '1'));
  assert.deepEqual(pods(), ['a -> n1', 'b -> n1', 'c: 0/1 nodes are available: 1 Insufficient cpu']);
  await remove('a');
  assert.deepEqual(pods(), ['b -> n1', 'c -> n1']);
  assert.deepEqual(
    events.map(({ reason, about }) => `${reason} ${about.name}`),
    ['Scheduled a', 'Scheduled b', 'FailedScheduling c', 'Scheduled c'],
  );
});

test('a victim is marked by one commit and deleted by the next, and its room goes to the pod it went for', async (context) => {
  const { create, pods, events } = await trial(context);
  const high = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 10,
  };
  await create(high, node('n1', '1'), pod('low', '1'));
  await create(pod('vital', '1', { priorityClassName: 'high' }));
  await settled();
  assert.deepEqual(pods(), ['vital -> n1']);
  assert.deepEqual(
    events.map(({ reason, about }) => `${reason} ${about.name}`),
    ['Scheduled low', 'Preempted low', 'FailedScheduling vital', 'Scheduled vital'],
  );
});

test('a lost race takes the whole plan back, and it is made anew', async (context) => {
  let races = 0;
  const { create, pods, clock } = await trial(context, async (changes, submit) => {
    if (races++ > 0) return submit(changes);
    const problem = { code: 409, reason: 'Conflict', message: 'changed in between' };
    return { ok: false, problem, change: changes[0] as Change };
  });
  await create(node('n1', '1'), pod('a', '1'));
  assert.deepEqual(pods(), ['a: untold']);
  await clock.pass(1_000);
  assert.deepEqual(pods(), ['a -> n1']);
});

test('a pod whose binding is refused holds up nobody else', async (context) => {
  const forbidden = { code: 403, reason: 'Forbidden', message: 'not this one' };
  const { create, pods } = await trial(context, async (changes, submit) => {
    const change = changes.find((one) => one.type === 'update' && one.object.metadata.name === 'bad');
    return change === undefined ? submit(changes) : { ok: false, problem: forbidden, change };
  });
  await create(node('n1', '4'), pod('bad', '1'), pod('good', '1'));
  await settled();
  assert.deepEqual(pods(), ['bad: untold', 'good -> n1']);
});

test('a pod that can go nowhere is tried once, whatever else is bound meanwhile', async (context) => {
  let plans = 0;
  const { create, pods } = await trial(context, (changes, submit) => {
    if (changes.some((one) => one.type === 'update' && one.object.metadata.name === 'huge')) plans++;
    return submit(changes);
  });
  await create(node('n1', '4'), pod('huge', '64'));
  for (const name of ['a', 'b', 'c']) await create(pod(name, '1'));
  assert.deepEqual(pods().slice(0, 3), ['a -> n1', 'b -> n1', 'c -> n1']);
  assert.equal(plans, 1);
});
