/**
 * Hosts and what they are told. A Host object opens a link; a connected host becomes a Node; every change of the
 * view becomes the entries that it touches, on the hosts that it touches.
 */
import { resolve } from 'node:path';
import type { Host, HostPhase, HostStatus } from '../../schemas/berth/types.ts';
import type { Node, NodeCondition } from '../../schemas/kubernetes/types/core-v1.ts';
import type { DesiredEntry, NodeReport } from '../../schemas/wire/messages.ts';
import { affectedEntries, desiredEntries, desiredEntry } from '../core/desired/desired-state.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { sameJson } from '../core/model/json.ts';
import type { Change } from '../core/model/plan.ts';
import { formatTime } from '../core/model/time.ts';
import type { ViewChange } from '../core/model/view.ts';
import {
  type Clock,
  type HostLink,
  type HostLinks,
  type HostTarget,
  LinkError,
  type LinkState,
  type Logger,
} from '../core/ports.ts';
import type { NetworkSettings } from '../core/registry/allocate.ts';
import type { ReportLoop } from './reports.ts';
import { WorkQueue, type WorkOutcome } from './work-queue.ts';

/**
 * A link may be away so long before its node counts as unreachable: an agent that is replaced or restarted is
 * back within a second or two, a cut link takes the keepalive's 8 s to be noticed.
 */
const unreachableGraceMs = 4_000;

const runtimeSockets = {
  containerd: '/run/containerd/containerd.sock',
  'cri-o': '/run/crio/crio.sock',
  docker: '/run/docker.sock',
} as const;

interface HostPorts {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly links: HostLinks;
  readonly reports: ReportLoop;
  readonly settings: NetworkSettings;
  /** Folder of private keys; a Host's `identity` names a file in it, an absolute path is taken as it is. */
  readonly keysDirectory: string;
  /** Private key of Hosts that name none; `default` in the folder unless given. */
  readonly defaultIdentity: string | undefined;
  readonly failed: (error: unknown) => void;
}

interface OpenHost {
  readonly target: HostTarget;
  readonly link: HostLink;
  readonly sent: Map<string, DesiredEntry>;
  state: LinkState;
  /** When the link was lost; undefined while it is connected or was never up. */
  awaySinceMs: number | undefined;
  /** What the host reported of itself before its Node was there. */
  early: NodeReport | undefined;
}

export class HostLoop {
  readonly #ports: HostPorts;
  readonly #open = new Map<string, OpenHost>();
  readonly #queue: WorkQueue<string>;
  #unlisten = (): void => undefined;

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.#queue = new WorkQueue<string>({
      clock: ports.clock,
      concurrency: 16,
      failed: ports.failed,
      work: (name) => this.#writeStatus(name),
    });
  }

  start(): void {
    this.#unlisten = this.#ports.cluster.listen((changes) => this.#take(changes));
    for (const host of this.#ports.cluster.view.list<Host>('berth.dev/v1alpha1', 'Host'))
      this.#openHost(host);
    this.#queue.start();
  }

  async stop(): Promise<void> {
    this.#unlisten();
    this.#queue.stop();
    await Promise.all([...this.#open.values()].map((host) => host.link.close()));
  }

  /** The link of a host; LinkError where there is none. */
  link(name: string): HostLink {
    const host = this.#open.get(name);
    if (host === undefined) throw new LinkError('HostNotFound', `there is no host ${name}`);
    return host.link;
  }

  #take(changes: readonly ViewChange[]): void {
    const { cluster, settings } = this.#ports;
    for (const change of changes) {
      if (change.ref.kind === 'Host') this.#hostChanged(change);
      for (const { node, key } of affectedEntries(change, cluster.view)) {
        if (node === '*') for (const host of this.#open.values()) this.#refresh(host, key, settings);
        else {
          const host = this.#open.get(node);
          if (host !== undefined) this.#refresh(host, key, settings);
        }
      }
    }
  }

  #refresh(host: OpenHost, key: string, settings: NetworkSettings): void {
    const entry = desiredEntry(this.#ports.cluster.view, host.target.name, key, settings);
    const sent = host.sent.get(key);
    if (entry === undefined) {
      if (sent === undefined) return;
      host.sent.delete(key);
      host.link.update({ upserts: [], removes: [key] });
    } else if (!sameJson(entry, sent)) {
      host.sent.set(key, entry);
      host.link.update({ upserts: [entry], removes: [] });
    }
  }

  #hostChanged(change: ViewChange): void {
    const before = change.before as Host | undefined;
    const after = change.after as Host | undefined;
    if (after !== undefined && before !== undefined && sameJson(before.spec, after.spec)) return;
    const name = change.ref.name;
    const open = this.#open.get(name);
    this.#open.delete(name);
    open?.link
      .close()
      .catch((error: unknown) =>
        this.#ports.logger.warn('a link did not close', { host: name, error: String(error) }),
      );
    if (after !== undefined && after.metadata.deletionTimestamp === undefined) this.#openHost(after);
    this.#queue.add(name, name);
  }

  #openHost(host: Host): void {
    const { links, reports, cluster, settings, clock } = this.#ports;
    const target = targetOf(host, this.#ports);
    const link = links.open(target, {
      state: (name, state) => {
        const open = this.#open.get(name);
        // A link that is being closed may still talk while the host has a new one.
        if (open === undefined || open.target !== target) return;
        if (state.phase === 'connected') open.awaySinceMs = undefined;
        else if (open.state.phase === 'connected') open.awaySinceMs = clock.now();
        open.state = state;
        this.#queue.add(name, name);
      },
      report: (name, report) => {
        const open = this.#open.get(name);
        if (
          report.type === 'node' &&
          open !== undefined &&
          cluster.view.get<Node>('v1', 'Node', '', name) === undefined
        ) {
          open.early = report;
          this.#queue.add(name, name);
        } else reports.take(name, report);
      },
    });
    const entries = desiredEntries(cluster.view, target.name, settings);
    this.#open.set(target.name, {
      target,
      link,
      sent: new Map(entries.map((entry) => [entry.key, entry])),
      state: { phase: 'connecting', attempt: 0 },
      awaySinceMs: undefined,
      early: undefined,
    });
    link.update({ upserts: entries, removes: [] });
  }

  /** Writes what the link says into Host and Node; the Node goes with its Host. */
  async #writeStatus(name: string): Promise<WorkOutcome> {
    const { cluster, clock, logger } = this.#ports;
    const host = cluster.view.get<Host>('berth.dev/v1alpha1', 'Host', '', name);
    const node = cluster.view.get<Node>('v1', 'Node', '', name);
    const open = this.#open.get(name);
    const changes: Change[] = [];
    let outcome: WorkOutcome = 'done';
    if (host === undefined && node !== undefined) {
      changes.push({
        type: 'delete',
        ref: { apiVersion: 'v1', kind: 'Node', namespace: '', name },
        uid: node.metadata.uid ?? '',
      });
    }
    if (host !== undefined && open !== undefined) {
      const now = clock.now();
      const status = hostStatus(host.status, open.state, now);
      if (!sameJson(status, host.status))
        changes.push({ type: 'update', scope: 'status', object: { ...host, status } as Host });
      if (node === undefined && open.state.phase === 'connected')
        changes.push({ type: 'create', object: nodeOf(host) });
      const lost = open.awaySinceMs === undefined ? undefined : now - open.awaySinceMs;
      if (lost !== undefined && lost < unreachableGraceMs) outcome = { afterMs: unreachableGraceMs - lost };
      const unseen =
        lost === undefined && (open.state.phase === 'unreachable' || open.state.phase === 'refused');
      if (node !== undefined && (unseen || (lost !== undefined && lost >= unreachableGraceMs)))
        changes.push(...unreachable(node, open.state, now));
    }
    const result = changes.length === 0 ? undefined : await cluster.submit(changes);
    if (result === undefined || result.ok) {
      this.#takeEarlyReport(name);
      return outcome;
    }
    if (result.problem.code !== 409)
      logger.error('the status of a host was refused', { host: name, problem: result.problem.message });
    return 'again';
  }

  #takeEarlyReport(name: string): void {
    const open = this.#open.get(name);
    if (open?.early === undefined || this.#ports.cluster.view.get<Node>('v1', 'Node', '', name) === undefined)
      return;
    this.#ports.reports.take(name, open.early);
    open.early = undefined;
  }
}

function targetOf(host: Host, keys: Pick<HostPorts, 'keysDirectory' | 'defaultIdentity'>): HostTarget {
  const { spec } = host;
  const name = host.metadata.name ?? '';
  const type = spec.runtime?.type ?? 'containerd';
  return {
    name,
    address: spec.address,
    port: spec.port ?? 22,
    user: spec.user ?? 'root',
    hostKeys: spec.hostKeys,
    identityPath: resolve(keys.keysDirectory, spec.identity ?? keys.defaultIdentity ?? 'default'),
    agent: { nodeName: name, runtime: { type, socket: spec.runtime?.socket ?? runtimeSockets[type] } },
  };
}

function hostStatus(before: HostStatus | undefined, state: LinkState, nowMs: number): HostStatus {
  const { message: _, ...kept } = before ?? {};
  const at = (phase: HostPhase, message?: string): HostStatus => ({
    ...kept,
    phase,
    ...(message === undefined ? {} : { message }),
  });
  switch (state.phase) {
    case 'connecting':
      return at(
        before?.phase === 'Unreachable' ? 'Unreachable' : 'Connecting',
        before?.phase === 'Unreachable' ? before.message : undefined,
      );
    case 'bootstrapping':
      return at('Bootstrapping', state.step);
    case 'connected':
      return {
        ...at('Connected'),
        agentVersion: state.info.agentVersion,
        agentDigest: state.info.executableDigest,
        lastSeen: formatTime(nowMs),
      };
    case 'unreachable':
      return at('Unreachable', `${state.reason}: ${state.message}`);
    case 'refused':
      return at('Refused', `${state.reason}: ${state.message}`);
    default:
      return state satisfies never;
  }
}

/** The Node that a host becomes; its status follows with the host's first report. */
function nodeOf(host: Host): Node {
  const name = host.metadata.name ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...host.spec.labels },
    },
    spec: {
      providerID: `berth://${name}`,
      ...(host.spec.taints === undefined ? {} : { taints: host.spec.taints }),
    },
  };
}

/** Nothing is known of the node any more: all that it reported turns Unknown, once. */
function unreachable(node: Node, state: LinkState, nowMs: number): Change[] {
  const now = formatTime(nowMs);
  const why =
    state.phase === 'unreachable' || state.phase === 'refused'
      ? state.message
      : 'the link to the host is down';
  const conditions = (node.status?.conditions ?? []).map(
    (condition): NodeCondition =>
      condition.status === 'Unknown'
        ? condition
        : {
            ...condition,
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            message: `Berth lost its link to the host: ${why}`,
            lastTransitionTime: now,
          },
  );
  if (sameJson(conditions, node.status?.conditions ?? [])) return [];
  return [
    { type: 'update', scope: 'status', object: { ...node, status: { ...node.status, conditions } } as Node },
  ];
}
