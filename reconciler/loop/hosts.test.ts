import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host, HostSpec } from '../../schemas/berth/types.ts';
import type { Node, Pod, Service } from '../../schemas/kubernetes/types/core-v1.ts';
import {
  type AgentInfo,
  type DesiredEntry,
  type NodeReport,
  wireProtocol,
} from '../../schemas/wire/messages.ts';
import {
  type HostEvents,
  type HostLink,
  type HostLinks,
  type HostTarget,
  LinkError,
  type LinkState,
} from '../core/ports.ts';
import { networkDefaults } from '../core/registry/allocate.ts';
import type { Cluster } from './cluster.ts';
import { EventRecorder } from './event-recorder.ts';
import { HostLoop } from './hosts.ts';
import { ReportLoop } from './reports.ts';
import { HandClock, quiet, settled, startMs } from '../../test/sim/hand-clock.ts';
import { type TestContext, memoryCluster, submitted } from '../../test/sim/memory-cluster.ts';

/** A link that notes what it is told; the test says what it has to tell. */
class NotedLink implements HostLink {
  readonly target: HostTarget;
  readonly events: HostEvents;
  readonly updates: { readonly upserts: readonly DesiredEntry[]; readonly removes: readonly string[] }[] = [];
  closed = false;
  /** When closing is over. */
  ended = Promise.resolve();

  constructor(target: HostTarget, events: HostEvents) {
    this.target = target;
    this.events = events;
  }

  update(change: { readonly upserts: readonly DesiredEntry[]; readonly removes: readonly string[] }): void {
    assert.equal(this.closed, false, 'a closed link was told something');
    this.updates.push(change);
  }

  /** What was told since it was last asked. */
  taken(): readonly string[] {
    return this.updates
      .splice(0)
      .flatMap(({ upserts, removes }) => [
        ...upserts.map(({ key }) => `put ${key}`),
        ...removes.map((key) => `remove ${key}`),
      ]);
  }

  async state(state: LinkState): Promise<void> {
    this.events.state(this.target.name, state);
    await settled();
  }

  logs(): never {
    throw new LinkError('NotConnected', 'no log is asked for here');
  }
  session(): never {
    throw new LinkError('NotConnected', 'no session is asked for here');
  }
  images(): never {
    throw new LinkError('NotConnected', 'no image is asked for here');
  }
  importImage(): never {
    throw new LinkError('NotConnected', 'no image is sent here');
  }
  close(): Promise<void> {
    this.closed = true;
    return this.ended;
  }
}

class NotedLinks implements HostLinks {
  readonly opened: NotedLink[] = [];
  open(target: HostTarget, events: HostEvents): HostLink {
    const link = new NotedLink(target, events);
    this.opened.push(link);
    return link;
  }
  /** The link that a host has now. */
  of(name: string): NotedLink {
    return (
      this.opened.findLast((link) => link.target.name === name && !link.closed) ??
      assert.fail(`there is no link to ${name}`)
    );
  }
  readonly resets: string[] = [];
  /** What the next resets fail with. */
  failure: LinkError | undefined;
  async reset(target: HostTarget): Promise<void> {
    const stillOpen = this.opened.some((link) => link.target.name === target.name && !link.closed);
    assert.equal(stillOpen, false, 'a reset host has no link that would tell it to go on');
    if (this.failure !== undefined) throw this.failure;
    this.resets.push(target.name);
  }
  scan(): never {
    throw new LinkError('NotConnected', 'no key is asked for here');
  }
  async close(): Promise<void> {}
}

interface Trial {
  readonly cluster: Cluster;
  readonly clock: HandClock;
  readonly links: NotedLinks;
  readonly loop: HostLoop;
}

/** A started loop over a cluster with the namespace `default`. */
async function started(context: TestContext): Promise<Trial> {
  const [clock, links] = [new HandClock(), new NotedLinks()];
  const cluster = await memoryCluster(context, clock);
  const failed = (error: unknown): void => assert.fail(String(error));
  const events = new EventRecorder(cluster, clock, quiet);
  const ports = { cluster, clock, logger: quiet, failed };
  const loop = new HostLoop({
    ...ports,
    links,
    reports: new ReportLoop({ ...ports, events }),
    settings: networkDefaults,
    signToken: async ({ metadata }) => ({
      ok: true,
      token: `token of ${metadata.name ?? ''}`,
      expiresMs: clock.now() + 3_600_000,
    }),
    keysDirectory: '/keys',
    defaultIdentity: undefined,
  });
  loop.start();
  context.after(async () => {
    await loop.stop();
  });
  return { cluster, clock, links, loop };
}

async function addHost(cluster: Cluster, name: string, spec: Partial<HostSpec> = {}): Promise<void> {
  const object: Host = {
    apiVersion: 'berth.dev/v1alpha1',
    kind: 'Host',
    metadata: { name },
    spec: {
      address: '192.0.2.10',
      hostKeys: ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
      ...spec,
    },
  };
  await submitted(cluster, { type: 'create', object });
}

async function removeHost(cluster: Cluster, name: string): Promise<void> {
  const ref = { apiVersion: 'berth.dev/v1alpha1', kind: 'Host', namespace: '', name };
  await submitted(cluster, { type: 'delete', ref, uid: hostOf(cluster, name).metadata.uid ?? '' });
}

function hostOf(cluster: Cluster, name: string): Host {
  return (
    cluster.view.get<Host>('berth.dev/v1alpha1', 'Host', '', name) ?? assert.fail(`there is no Host ${name}`)
  );
}

function nodeOf(cluster: Cluster, name: string): Node | undefined {
  return cluster.view.get<Node>('v1', 'Node', '', name);
}

function service(name: string, port: number): Service {
  const spec = { ports: [{ port }], selector: { app: name } };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

function pod(name: string, nodeName: string): Pod {
  const spec = { nodeName, containers: [{ name: 'main', image: 'web:1' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec };
}

const info: AgentInfo = {
  protocol: wireProtocol,
  agentVersion: '1.2.3',
  executableDigest: 'd'.repeat(64),
  instance: 'start-1',
  bootId: 'boot-1',
  epoch: 0,
  generation: 0,
};
const connected: LinkState = { phase: 'connected', info };
const unreachable: LinkState = {
  phase: 'unreachable',
  reason: 'Timeout',
  message: 'no answer within 8 s',
  retryAtMs: startMs + 60_000,
};

const nodeReport: NodeReport = {
  type: 'node',
  capacity: { cpu: '4' },
  allocatable: { cpu: '4' },
  nodeInfo: { kubeletVersion: 'v1.36.0' } as NodeReport['nodeInfo'],
  addresses: [],
  conditions: [
    { type: 'Ready', status: 'True', reason: 'AgentReady', message: 'all is well' },
    { type: 'DiskPressure', status: 'False', reason: 'Enough', message: 'enough' },
  ],
  images: [],
};

/** A host that is connected and reported once. */
async function joined(trial: Trial, name: string): Promise<NotedLink> {
  await addHost(trial.cluster, name);
  const link = trial.links.of(name);
  await link.state(connected);
  link.events.report(name, nodeReport);
  await settled();
  return link;
}

function conditions(cluster: Cluster, name: string): readonly string[] {
  return (nodeOf(cluster, name)?.status?.conditions ?? []).map(({ type, status }) => `${type}=${status}`);
}

test('a host is linked to as its object says, and is told what it shall run at once', async (context) => {
  const { cluster, links, loop } = await started(context);
  await submitted(cluster, { type: 'create', object: service('web', 80) });
  await addHost(cluster, 'node-1', { port: 2222, user: 'admin', identity: 'lab' });
  const link = links.of('node-1');
  assert.deepEqual(link.target, {
    name: 'node-1',
    address: '192.0.2.10',
    port: 2222,
    user: 'admin',
    hostKeys: ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    identityPath: '/keys/lab',
    agent: {
      nodeName: 'node-1',
      runtime: { type: 'containerd', socket: '/run/containerd/containerd.sock' },
    },
  });
  assert.equal(loop.link('node-1'), link);
  assert.deepEqual(link.taken(), ['put service/default/web']);
  assert.equal(hostOf(cluster, 'node-1').status?.phase, 'Connecting');
});

test('a name that is no host has no link', async (context) => {
  const { loop } = await started(context);
  assert.throws(() => loop.link('node-9'), { name: 'LinkError', reason: 'HostNotFound' });
});

test('a host becomes a node once it is connected, not before', async (context) => {
  const { cluster, links } = await started(context);
  const taints = [{ key: 'gpu', effect: 'NoSchedule' }];
  await addHost(cluster, 'node-1', { labels: { zone: 'a' }, taints });
  const link = links.of('node-1');
  await link.state({ phase: 'bootstrapping', step: 'installing the agent' });
  assert.equal(nodeOf(cluster, 'node-1'), undefined);
  assert.deepEqual(hostOf(cluster, 'node-1').status, {
    phase: 'Bootstrapping',
    message: 'installing the agent',
  });
  await link.state(connected);
  const node = nodeOf(cluster, 'node-1') ?? assert.fail('there is no Node');
  assert.deepEqual(node.metadata.labels, {
    'kubernetes.io/hostname': 'node-1',
    'kubernetes.io/os': 'linux',
    zone: 'a',
  });
  assert.deepEqual(node.spec, { providerID: 'berth://node-1', taints });
  assert.deepEqual(hostOf(cluster, 'node-1').status, {
    phase: 'Connected',
    agentVersion: '1.2.3',
    agentDigest: info.executableDigest,
    lastSeen: '2026-01-01T00:00:00Z',
  });
});

test('a report that comes with the connection is not lost though the node is not there yet', async (context) => {
  const { cluster, links } = await started(context);
  await addHost(cluster, 'node-1');
  const { events } = links.of('node-1');
  events.state('node-1', connected);
  events.report('node-1', nodeReport);
  await settled();
  assert.deepEqual(conditions(cluster, 'node-1'), ['Ready=True', 'DiskPressure=False']);
});

test('a refused host is told so, with the reason', async (context) => {
  const { cluster, links } = await started(context);
  await addHost(cluster, 'node-1');
  await links.of('node-1').state({ phase: 'refused', reason: 'HostKeyChanged', message: 'another key' });
  assert.deepEqual(hostOf(cluster, 'node-1').status, {
    phase: 'Refused',
    message: 'HostKeyChanged: another key',
  });
});

test('a lost link makes the conditions of its node unknown when the grace is over', async (context) => {
  const trial = await started(context);
  const { cluster, clock } = trial;
  const link = await joined(trial, 'node-1');
  await link.state({ phase: 'connecting', attempt: 1 });
  await clock.pass(2_000);
  await link.state(unreachable);
  assert.equal(hostOf(cluster, 'node-1').status?.phase, 'Unreachable');
  await clock.pass(1_999);
  assert.deepEqual(conditions(cluster, 'node-1'), ['Ready=True', 'DiskPressure=False']);
  await clock.pass(1);
  assert.deepEqual(conditions(cluster, 'node-1'), ['Ready=Unknown', 'DiskPressure=Unknown']);
  assert.deepEqual(nodeOf(cluster, 'node-1')?.status?.conditions?.[0], {
    type: 'Ready',
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Berth lost its link to the host: no answer within 8 s',
    lastHeartbeatTime: '2026-01-01T00:00:00Z',
    lastTransitionTime: '2026-01-01T00:00:04Z',
  });
});

test('a link that is back within the grace changes nothing of its node', async (context) => {
  const trial = await started(context);
  const { cluster, clock } = trial;
  const link = await joined(trial, 'node-1');
  await link.state(unreachable);
  await clock.pass(3_000);
  await link.state(connected);
  await clock.pass(60_000);
  assert.deepEqual(conditions(cluster, 'node-1'), ['Ready=True', 'DiskPressure=False']);
  assert.equal(hostOf(cluster, 'node-1').status?.message, undefined);
});

test('a changed service reaches every host as one entry, an unchanged one none', async (context) => {
  const { cluster, links } = await started(context);
  const names = ['node-1', 'node-2', 'node-3'];
  for (const name of names) await addHost(cluster, name);
  await submitted(cluster, { type: 'create', object: service('web', 80) });
  for (const name of names) assert.deepEqual(links.of(name).taken(), ['put service/default/web']);
  const live = cluster.view.get<Service>('v1', 'Service', 'default', 'web') ?? assert.fail('no service');
  const ports = [{ port: 8080 }];
  const moved: Service = { ...live, spec: { ...live.spec, ports } };
  await submitted(cluster, { type: 'update', scope: 'spec', object: moved });
  for (const name of names) {
    const [entry] = links.of(name).updates[0]?.upserts ?? [];
    assert.deepEqual(entry?.type === 'service' ? entry.ports.map(({ port }) => port) : entry, [8080]);
    assert.deepEqual(links.of(name).taken(), ['put service/default/web']);
  }
  const metadata = { name: 'web', namespace: 'default', labels: { team: 'shop' } };
  await submitted(cluster, { type: 'update', scope: 'spec', object: { ...moved, metadata } });
  for (const name of names) assert.deepEqual(links.of(name).taken(), []);
  const ref = { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' };
  await submitted(cluster, { type: 'delete', ref, uid: live.metadata.uid ?? '' });
  for (const name of names) assert.deepEqual(links.of(name).taken(), ['remove service/default/web']);
});

test('a pod reaches its own host alone, and its status is no news for the host', async (context) => {
  const { cluster, links } = await started(context);
  for (const name of ['node-1', 'node-2']) await addHost(cluster, name);
  await submitted(cluster, { type: 'create', object: pod('web', 'node-1') });
  const live = cluster.view.get<Pod>('v1', 'Pod', 'default', 'web') ?? assert.fail('there is no pod');
  const [key, token] = ['pod', 'token'].map((type) => `${type}/${live.metadata.uid ?? ''}`);
  assert.deepEqual(links.of('node-1').taken(), [`put ${token}`, `put ${key}`]);
  const running: Pod = { ...live, status: { phase: 'Running' } };
  await submitted(cluster, { type: 'update', scope: 'status', object: running });
  assert.deepEqual(links.of('node-1').taken(), []);
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web' };
  await submitted(cluster, { type: 'delete', ref, uid: '', gracePeriodSeconds: 5 });
  assert.deepEqual(links.of('node-1').taken(), [`put ${key}`]);
  await submitted(cluster, { type: 'delete', ref, uid: '', gracePeriodSeconds: 0 });
  assert.deepEqual(links.of('node-1').taken(), [`remove ${key}`, `remove ${token}`]);
  assert.deepEqual(links.of('node-2').taken(), []);
});

test('a deleted host loses its link and its node, and is gone when its machine is clean', async (context) => {
  const trial = await started(context);
  const link = await joined(trial, 'node-1');
  await removeHost(trial.cluster, 'node-1');
  await settled();
  assert.equal(link.closed, true);
  assert.equal(nodeOf(trial.cluster, 'node-1'), undefined);
  assert.throws(() => trial.loop.link('node-1'), LinkError);
  assert.deepEqual(trial.links.resets, ['node-1']);
  assert.deepEqual(trial.cluster.view.list('berth.dev/v1alpha1', 'Host'), []);
});

test('a deleted host whose machine cannot be cleaned says why, and is tried again', async (context) => {
  const trial = await started(context);
  await joined(trial, 'node-1');
  trial.links.failure = new LinkError('ConnectionFailed', 'no answer within 20 s');
  await removeHost(trial.cluster, 'node-1');
  await settled();
  const { status } = hostOf(trial.cluster, 'node-1');
  assert.deepEqual([status?.phase, status?.message], ['Removing', 'ConnectionFailed: no answer within 20 s']);
  assert.equal(nodeOf(trial.cluster, 'node-1'), undefined);
  trial.links.failure = undefined;
  await trial.clock.pass(10_000);
  assert.deepEqual(trial.cluster.view.list('berth.dev/v1alpha1', 'Host'), []);
});

test('a host that was never reached is deleted at once', async (context) => {
  const trial = await started(context);
  await addHost(trial.cluster, 'node-1');
  await trial.links.of('node-1').state(unreachable);
  await removeHost(trial.cluster, 'node-1');
  assert.deepEqual(trial.links.resets, []);
  assert.deepEqual(trial.cluster.view.list('berth.dev/v1alpha1', 'Host'), []);
});

test('a host whose address changes is linked to anew, and what the old link says counts no more', async (context) => {
  const trial = await started(context);
  const { cluster, links } = trial;
  const old = await joined(trial, 'node-1');
  const { promise, resolve } = Promise.withResolvers<void>();
  old.ended = promise;
  const host = hostOf(cluster, 'node-1');
  const object: Host = { ...host, spec: { ...host.spec, address: '192.0.2.20' } };
  await submitted(cluster, { type: 'update', scope: 'spec', object });
  assert.equal(old.closed, true);
  assert.equal(links.of('node-1').target.address, '192.0.2.20');
  await links.of('node-1').state(connected);
  await old.state(unreachable);
  resolve();
  assert.equal(hostOf(cluster, 'node-1').status?.phase, 'Connected');
});

test('a status alone opens no new link', async (context) => {
  const { cluster, links } = await started(context);
  await addHost(cluster, 'node-1');
  await links.of('node-1').state(connected);
  assert.equal(links.opened.length, 1);
});

test('stopping closes every link', async (context) => {
  const { cluster, links, loop } = await started(context);
  for (const name of ['node-1', 'node-2']) await addHost(cluster, name);
  await loop.stop();
  assert.deepEqual(
    links.opened.map(({ closed }) => closed),
    [true, true],
  );
});
