/**
 * Hosts and what they are told. A Host object opens a link; a connected host becomes a Node; every change of the
 * view becomes the entries that it touches, on the hosts that it touches.
 */
import type { Host } from '../../schemas/berth/types.ts';
import type { Node, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import type { NodeReport } from '../../schemas/wire/messages.ts';
import { affectedEntries } from '../core/desired/desired-state.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { sameJson } from '../core/model/json.ts';
import type { Change } from '../core/model/plan.ts';
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
import { mayHaveAgent, removeHost, withAgentFinalizer } from './host-removal.ts';
import { type HostKeys, hostStatus, nodeOf, targetOf, unreachable } from './host-objects.ts';
import { PodTokens, type TokenSigner } from './pod-tokens.ts';
import type { ReportLoop } from './reports.ts';
import { SharedState } from './shared-entries.ts';
import { ToldHost } from './told-host.ts';
import { WorkQueue, type WorkOutcome } from './work-queue.ts';

/**
 * A link may be away so long before its node counts as unreachable: an agent that is replaced or restarted is
 * back within a second or two, a cut link takes the keepalive's 8 s to be noticed.
 */
const unreachableGraceMs = 4_000;

/**
 * Every host is told of every other one. Where there are many, what changes within a while is told together, and to some
 * hosts after the others, the slower the more there is to tell: what waits to be sent stays small.
 */
const hostsAtOnceMax = 50;
const gatherMsPerHost = 2;
const msPerHostAndPart = 0.06;

interface HostPorts extends HostKeys {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly links: HostLinks;
  readonly reports: ReportLoop;
  readonly settings: NetworkSettings;
  readonly signToken: TokenSigner;
  readonly failed: (error: unknown) => void;
}

interface OpenHost {
  readonly target: HostTarget;
  readonly link: HostLink;
  readonly told: ToldHost;
  state: LinkState;
  /** When the link was lost, by the steady clock; undefined while it is connected or was never up. */
  awaySinceMs: number | undefined;
  /** What the host reported of itself before its Node was there. */
  early: NodeReport | undefined;
}

export class HostLoop {
  readonly #ports: HostPorts;
  readonly #open = new Map<string, OpenHost>();
  readonly #closing = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #queue: WorkQueue<string>;
  readonly #tokens: PodTokens;
  readonly #shared: SharedState;
  /** Parts of the network that hosts are to be told of. */
  #peersDue = new Set<string>();
  #cancelPeers: (() => void) | undefined;
  #unlisten = (): void => undefined;

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.#queue = new WorkQueue<string>({
      clock: ports.clock,
      concurrency: 16,
      failed: ports.failed,
      work: (name) => this.#turn(name),
    });
    this.#shared = new SharedState(ports.cluster.view, ports.settings);
    this.#tokens = new PodTokens({
      clock: ports.clock,
      sign: ports.signToken,
      failed: ports.failed,
      changed: (pod) => this.#tokensChanged(pod),
    });
  }

  start(): void {
    this.#unlisten = this.#ports.cluster.listen((changes) => this.#take(changes));
    for (const host of this.#ports.cluster.view.list<Host>('berth.dev/v1alpha1', 'Host')) this.#follow(host);
    this.#queue.start();
  }

  async stop(): Promise<void> {
    this.#unlisten();
    this.#queue.stop();
    this.#stop.abort();
    this.#tokens.stop();
    this.#cancelPeers?.();
    await Promise.all([...this.#open.values()].map((host) => host.link.close()));
  }

  /** The link of a host; LinkError where there is none. */
  link(name: string): HostLink {
    const host = this.#open.get(name);
    if (host === undefined) throw new LinkError('HostNotFound', `there is no host ${name}`);
    return host.link;
  }

  #take(changes: readonly ViewChange[]): void {
    const { cluster } = this.#ports;
    for (const change of changes) {
      if (change.ref.kind === 'Host') this.#hostChanged(change);
      if (change.ref.kind === 'Pod' && change.after === undefined)
        this.#tokens.forget(change.before?.metadata.uid ?? '');
      for (const { node, key } of affectedEntries(change, cluster.view)) {
        if (node !== '*') this.#open.get(node)?.told.refresh(key);
        else if (key.startsWith('peers/')) this.#peersChanged(key);
        else if (this.#shared.serviceChanged(key)) this.#refreshAll(key);
      }
    }
  }

  #peersChanged(key: string): void {
    this.#peersDue.add(key);
    if (this.#open.size <= hostsAtOnceMax) this.#tellPeers();
    else
      this.#cancelPeers ??= this.#ports.clock.after(this.#open.size * gatherMsPerHost, () =>
        this.#tellPeers(),
      );
  }

  #tellPeers(): void {
    const keys = [...this.#peersDue];
    this.#peersDue.clear();
    this.#shared.peersChanged();
    this.#tellPeersTo([...this.#open.keys()], keys);
  }

  /** A few hosts, and the others after them. What changes meanwhile is gathered for the next time. */
  #tellPeersTo(hosts: readonly string[], keys: readonly string[]): void {
    for (const name of hosts.slice(0, hostsAtOnceMax))
      for (const key of keys) this.#open.get(name)?.told.refresh(key);
    const others = hosts.slice(hostsAtOnceMax);
    const next = (): void => {
      if (others.length > 0) return this.#tellPeersTo(others, keys);
      this.#cancelPeers = undefined;
      if (this.#peersDue.size > 0) this.#tellPeers();
    };
    if (hosts.length <= hostsAtOnceMax) next();
    else this.#cancelPeers = this.#ports.clock.after(hostsAtOnceMax * keys.length * msPerHostAndPart, next);
  }

  #refreshAll(key: string): void {
    for (const host of this.#open.values()) host.told.refresh(key);
  }

  #tokensChanged(pod: Pod): void {
    this.#open.get(pod.spec?.nodeName ?? '')?.told.tokensChanged(pod.metadata.uid ?? '');
  }

  #hostChanged(change: ViewChange): void {
    const before = change.before as Host | undefined;
    const after = change.after as Host | undefined;
    const going = (host: Host | undefined): boolean => host?.metadata.deletionTimestamp !== undefined;
    if (after !== undefined && sameJson(before?.spec, after.spec) && going(before) === going(after)) return;
    const name = change.ref.name;
    const open = this.#open.get(name);
    this.#open.delete(name);
    if (open !== undefined) this.#close(name, open.link);
    if (after === undefined) this.#queue.add(name, name);
    else this.#follow(after);
  }

  #close(name: string, link: HostLink): void {
    const closing = link
      .close()
      .catch((error: unknown) =>
        this.#ports.logger.warn('a link did not close', { host: name, error: String(error) }),
      );
    this.#closing.set(name, closing);
    void closing.then(() => {
      if (this.#closing.get(name) === closing) this.#closing.delete(name);
    });
  }

  /** Opens the link of a host that stays, and takes leave of one that goes. */
  #follow(host: Host): void {
    const name = host.metadata.name ?? '';
    if (host.metadata.deletionTimestamp === undefined) this.#openHost(host);
    this.#queue.add(name, name);
  }

  async #turn(name: string): Promise<WorkOutcome> {
    const host = this.#ports.cluster.view.get<Host>('berth.dev/v1alpha1', 'Host', '', name);
    if (host?.metadata.deletionTimestamp === undefined) return this.#writeStatus(name);
    await this.#closing.get(name);
    return removeHost(host, this.#ports, this.#stop.signal);
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
        else if (open.state.phase === 'connected') open.awaySinceMs = clock.steady();
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
    const told = new ToldHost(target.name, {
      link,
      view: cluster.view,
      settings,
      tokens: this.#tokens,
      shared: this.#shared,
    });
    this.#open.set(target.name, {
      target,
      link,
      told,
      state: { phase: 'connecting', attempt: 0 },
      awaySinceMs: undefined,
      early: undefined,
    });
    told.tellWhole();
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
      const marked = mayHaveAgent(open.state) ? withAgentFinalizer(host) : host;
      const status = hostStatus(host.status, open.state, now);
      if (marked !== host || !sameJson(status, host.status))
        changes.push({ type: 'update', scope: 'all', object: { ...marked, status } as Host });
      if (node === undefined && open.state.phase === 'connected')
        changes.push({ type: 'create', object: nodeOf(host) });
      const lost = open.awaySinceMs === undefined ? undefined : clock.steady() - open.awaySinceMs;
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
