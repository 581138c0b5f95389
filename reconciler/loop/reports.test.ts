import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../../schemas/berth/types.ts';
import type { Event, Node, Pod, PodStatus } from '../../schemas/kubernetes/types/core-v1.ts';
import type { NodeReport, PodReport } from '../../schemas/wire/messages.ts';
import { type Store, StoreUnavailableError } from '../core/ports.ts';
import type { Cluster } from './cluster.ts';
import { EventRecorder } from './event-recorder.ts';
import { ReportLoop } from './reports.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { HandClock, quiet, settled } from '../../test/sim/hand-clock.ts';
import { type TestContext, memoryCluster, submitted } from '../../test/sim/memory-cluster.ts';

/** Longer than events wait to be written together. */
const eventDelayMs = 1000;

interface Trial {
  readonly cluster: Cluster;
  readonly reports: ReportLoop;
  /** Lets everything that waits for its time run. */
  readonly timeUp: () => Promise<void>;
  /** Moves the clock without telling anybody. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly problems: string[];
}

/** A cluster with the namespace `default` and a pod `web` on `node-1`. */
async function started(context: TestContext, store: Store = createMemoryStore()): Promise<Trial> {
  const clock = new HandClock();
  const cluster = await memoryCluster(context, clock, store);
  await submitted(cluster, { type: 'create', object: pod('web') });
  const problems: string[] = [];
  const note = (message: string): void => void problems.push(message);
  const logger = { ...quiet, warn: note, error: note };
  const events = new EventRecorder(cluster, clock, logger);
  const failed = (error: unknown): void => note(String(error));
  const reports = new ReportLoop({ cluster, clock, logger, events, failed });
  const timeUp = (): Promise<void> => clock.pass(eventDelayMs);
  return { cluster, reports, timeUp, sleep: (ms) => clock.step(ms), problems };
}

function pod(name: string): Pod {
  const spec = { nodeName: 'node-1', containers: [{ name: 'main', image: 'web:1' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

const webRef = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web' };

function webOf(cluster: Cluster): Pod | undefined {
  return cluster.view.get<Pod>('v1', 'Pod', 'default', 'web');
}

function webReport(cluster: Cluster, status: PodStatus): PodReport {
  const uid = webOf(cluster)?.metadata.uid ?? assert.fail('there is no pod web');
  return { type: 'pod', uid, namespace: 'default', name: 'web', status };
}

const running: PodStatus = {
  phase: 'Running',
  podIP: '10.42.1.7',
  conditions: [{ type: 'Ready', status: 'True' }],
};

test('a reported status replaces the stored one, and keeps what the host cannot know', async (context) => {
  const { cluster, reports, problems } = await started(context);
  const live = webOf(cluster) ?? assert.fail('there is no pod web');
  const conditions = [
    { type: 'PodScheduled', status: 'True' },
    { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
  ];
  const object: Pod = { ...live, status: { ...live.status, conditions, message: 'starting' } };
  await submitted(cluster, { type: 'update', scope: 'status', object });
  reports.take('node-1', webReport(cluster, running));
  await settled();
  assert.deepEqual(webOf(cluster)?.status, {
    phase: 'Running',
    podIP: '10.42.1.7',
    qosClass: 'BestEffort',
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: 'True' },
    ],
  });
  assert.deepEqual(problems, []);
});

test('of several reports that come together the last one counts, in one commit', async (context) => {
  const { cluster, reports } = await started(context);
  const { revision } = cluster.view;
  reports.take('node-1', webReport(cluster, { phase: 'Pending' }));
  reports.take('node-1', webReport(cluster, { phase: 'Failed' }));
  reports.take('node-1', webReport(cluster, running));
  await settled();
  assert.deepEqual([webOf(cluster)?.status?.phase, cluster.view.revision], ['Running', revision + 1]);
});

test('a status that says nothing new is not written', async (context) => {
  const { cluster, reports } = await started(context);
  reports.take('node-1', webReport(cluster, running));
  await settled();
  const { revision } = cluster.view;
  reports.take('node-1', webReport(cluster, running));
  await settled();
  assert.equal(cluster.view.revision, revision);
});

test('a report about a former pod of the name, or of one that is gone, is nobody’s', async (context) => {
  const { cluster, reports, problems } = await started(context);
  const { revision } = cluster.view;
  reports.take('node-1', { ...webReport(cluster, running), uid: 'former' });
  reports.take('node-1', { ...webReport(cluster, running), uid: 'gone', name: 'gone' });
  reports.take('node-1', { ...webReport(cluster, running), type: 'pod-gone', uid: 'former' });
  await settled();
  assert.deepEqual([cluster.view.revision, problems], [revision, []]);
});

test('a terminating pod is removed when its host says that it is gone', async (context) => {
  const { cluster, reports } = await started(context);
  await submitted(cluster, { type: 'delete', ref: webRef, uid: '', gracePeriodSeconds: 30 });
  assert.notEqual(webOf(cluster)?.metadata.deletionTimestamp, undefined);
  reports.take('node-1', webReport(cluster, { phase: 'Running' }));
  await settled();
  assert.equal(webOf(cluster)?.status?.phase, 'Running');
  reports.take('node-1', { ...webReport(cluster, { phase: 'Succeeded' }), type: 'pod-gone' });
  await settled();
  assert.equal(webOf(cluster), undefined);
});

test('a pod that a finalizer holds says how it ended', async (context) => {
  const { cluster, reports, problems } = await started(context);
  const live = webOf(cluster) ?? assert.fail('there is no pod web');
  const held: Pod = { ...live, metadata: { ...live.metadata, finalizers: ['example.com/held'] } };
  await submitted(cluster, { type: 'update', scope: 'spec', object: held });
  await submitted(cluster, { type: 'delete', ref: webRef, uid: '' });
  reports.take('node-1', { ...webReport(cluster, { phase: 'Failed' }), type: 'pod-gone' });
  await settled();
  const web = webOf(cluster);
  assert.deepEqual([web?.status?.phase, web?.metadata.deletionGracePeriodSeconds], ['Failed', 0]);
  assert.deepEqual(problems, []);
});

test('a pod that nobody deleted stays, though its containers are gone', async (context) => {
  const { cluster, reports } = await started(context);
  reports.take('node-1', { ...webReport(cluster, { phase: 'Failed' }), type: 'pod-gone' });
  await settled();
  assert.equal(webOf(cluster)?.status?.phase, 'Failed');
});

test('a report that loses races against other writers is in the status in the end', async (context) => {
  const { cluster, reports, problems } = await started(context);
  reports.take('node-1', webReport(cluster, running));
  for (let turn = 1; turn <= 5; turn++) {
    const live = webOf(cluster) ?? assert.fail('there is no pod web');
    const labels = { turn: String(turn) };
    const object: Pod = { ...live, metadata: { ...live.metadata, labels } };
    await cluster.submit([{ type: 'update', scope: 'spec', object }]);
  }
  await settled();
  const { metadata, status } = webOf(cluster) ?? assert.fail('there is no pod web');
  assert.deepEqual([metadata.labels, status?.phase], [{ turn: '5' }, 'Running']);
  assert.deepEqual(problems, []);
});

const nodeReport: NodeReport = {
  type: 'node',
  capacity: { cpu: '4', memory: '8Gi' },
  allocatable: { cpu: '3800m', memory: '7Gi' },
  nodeInfo: { kubeletVersion: 'v1.36.0' } as NodeReport['nodeInfo'],
  addresses: [
    { type: 'InternalIP', address: '172.16.0.9' },
    { type: 'Hostname', address: 'node-1' },
  ],
  conditions: [{ type: 'Ready', status: 'True', reason: 'AgentReady', message: 'all is well' }],
  images: [{ id: 'sha256:1', names: ['web:1'], sizeBytes: 7 }],
};

async function withNode(cluster: Cluster, spec: Partial<Host['spec']> = {}): Promise<void> {
  const host: Host = {
    apiVersion: 'berth.dev/v1alpha1',
    kind: 'Host',
    metadata: { name: 'node-1' },
    spec: {
      address: 'node-1.example.org',
      hostKeys: ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
      ...spec,
    },
  };
  const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } };
  await submitted(cluster, { type: 'create', object: host }, { type: 'create', object: node });
}

function nodeStatus(cluster: Cluster): Node['status'] {
  return cluster.view.get<Node>('v1', 'Node', '', 'node-1')?.status;
}

test('what a host reports of itself is the status of its node', async (context) => {
  const { cluster, reports, sleep } = await started(context);
  await withNode(cluster);
  reports.take('node-1', nodeReport);
  await settled();
  const { capacity, allocatable, nodeInfo, addresses } = nodeReport;
  const ready = { type: 'Ready', status: 'True', reason: 'AgentReady', message: 'all is well' };
  const first = '2026-01-01T00:00:00Z';
  assert.deepEqual(nodeStatus(cluster), {
    capacity,
    allocatable,
    nodeInfo,
    addresses,
    conditions: [{ ...ready, lastHeartbeatTime: first, lastTransitionTime: first }],
    images: [{ names: ['web:1'], sizeBytes: 7 }],
  });
  await sleep(10_000);
  reports.take('node-1', nodeReport);
  await settled();
  assert.deepEqual(nodeStatus(cluster)?.conditions, [
    { ...ready, lastHeartbeatTime: '2026-01-01T00:00:10Z', lastTransitionTime: first },
  ]);
  await sleep(10_000);
  reports.take('node-1', { ...nodeReport, conditions: [{ ...ready, status: 'False' }] });
  await settled();
  const third = '2026-01-01T00:00:20Z';
  assert.deepEqual(nodeStatus(cluster)?.conditions, [
    { ...ready, status: 'False', lastHeartbeatTime: third, lastTransitionTime: third },
  ]);
});

test('the address that the Host names comes before what the machine finds itself', async (context) => {
  const { cluster, reports } = await started(context);
  await withNode(cluster, { internalAddress: '10.0.0.7' });
  reports.take('node-1', nodeReport);
  await settled();
  assert.deepEqual(nodeStatus(cluster)?.addresses, [
    { type: 'InternalIP', address: '10.0.0.7' },
    { type: 'Hostname', address: 'node-1' },
  ]);
});

test('what a host tells about a pod becomes an event of that pod', async (context) => {
  const { cluster, reports, timeUp } = await started(context);
  const { uid } = webReport(cluster, running);
  reports.take('node-1', {
    type: 'event',
    podUid: uid,
    namespace: 'default',
    podName: 'web',
    fieldPath: 'spec.containers{main}',
    severity: 'Warning',
    reason: 'BackOff',
    message: 'restarting failed container',
    timestamp: '2026-01-01T00:00:00Z',
  });
  await timeUp();
  const [event, ...others] = cluster.view.list<Event>('v1', 'Event', 'default');
  assert.deepEqual(event?.involvedObject, {
    apiVersion: 'v1',
    kind: 'Pod',
    name: 'web',
    namespace: 'default',
    uid,
    fieldPath: 'spec.containers{main}',
  });
  assert.deepEqual(
    [event?.type, event?.reason, event?.message, event?.source?.component, others],
    ['Warning', 'BackOff', 'restarting failed container', 'kubelet', []],
  );
});

test('a status waits for a store that is away: its host tells it once', async (context) => {
  const memory = createMemoryStore();
  let isAway = false;
  const commit = memory.commit.bind(memory);
  memory.commit = async (writes) => {
    if (isAway) throw new StoreUnavailableError('nothing', 'the store cannot be reached');
    return commit(writes);
  };
  const { cluster, reports, timeUp, problems } = await started(context, memory);
  isAway = true;
  reports.take('node-1', webReport(cluster, running));
  await timeUp();
  assert.equal(webOf(cluster)?.status?.phase, 'Pending');
  isAway = false;
  await timeUp();
  assert.equal(webOf(cluster)?.status?.phase, 'Running');
  assert.ok(problems.includes('reported statuses wait for the store'));
});
