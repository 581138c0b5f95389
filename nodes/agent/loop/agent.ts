/** The agent: takes desired states, watches the runtime, and keeps a worker for every pod. */
import type { PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import {
  type AgentInfo,
  type DesiredAccepted,
  type DesiredRefused,
  type DesiredUpdate,
  type ImageReport,
  wireProtocol,
} from '../../../schemas/wire/messages.ts';
import { applyUpdate, type DesiredState, refusalOf } from '../core/desired-state.ts';
import { imageReportsOf } from '../core/node-report.ts';
import type { HostFacts, PodRef } from '../core/pod-state.ts';
import type {
  AgentService,
  Checks,
  Clock,
  DesiredJournal,
  ImageImporter,
  Logger,
  PodFiles,
  PodRecord,
  Reports,
  Runtime,
} from '../core/ports.ts';
import type { PodSources } from '../core/sources.ts';
import { sourcesOf } from '../core/host-sources.ts';
import { isSourceKey, podsMentioning } from '../core/mentions.ts';
import { diskWatch } from './disk-watch.ts';
import { logWatch } from './log-watch.ts';
import type { NetworkDriver } from './network-driver.ts';
import type { NodeWatch } from './node-watch.ts';
import { OperationRunner } from './operation-runner.ts';
import type { Periodic } from './periodic.ts';
import { PodWorker, type PodWorkerContext } from './pod-worker.ts';
import { Prober } from './prober.ts';
import { RuntimeWatch } from './runtime-watch.ts';
import { VolumeRemovals } from './volume-removals.ts';

/** Host ports of running pods are known by then; without the runtime, rules for services must not wait longer. */
const networkDelayMaxMs = 2000;

export interface AgentOptions {
  readonly runtime: Runtime;
  readonly files: PodFiles;
  readonly checks: Checks;
  readonly journal: DesiredJournal;
  readonly reports: Reports;
  readonly importer: ImageImporter;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly identity: Pick<AgentInfo, 'agentVersion' | 'executableDigest' | 'instance' | 'bootId'>;
  readonly host: Pick<HostFacts, 'nodeName' | 'cpus' | 'memoryBytes' | 'dns'>;
  readonly state: DesiredState;
  readonly records: readonly PodRecord[];
  readonly network: NetworkDriver;
  readonly node: NodeWatch;
  /** The disk does not confirm writes: the process has to end. */
  readonly onFatal: (error: Error) => void;
}

export class Agent implements AgentService {
  readonly #options: AgentOptions;
  readonly #workers = new Map<string, PodWorker>();
  readonly #stop = new AbortController();
  readonly #runner: OperationRunner;
  readonly #watch: RuntimeWatch;
  readonly #prober: Prober;
  readonly #logs: Periodic;
  readonly #disk: Periodic;
  readonly #removals: VolumeRemovals;
  readonly #workerContext: PodWorkerContext;
  #state: DesiredState;
  readonly #records: PodRecord[];
  /** Updates are taken one after the other. */
  #updating: Promise<unknown> = Promise.resolve();

  constructor(options: AgentOptions) {
    const { runtime, clock, logger, reports, files } = options;
    this.#options = options;
    this.#state = options.state;
    this.#records = [...options.records];
    this.#watch = new RuntimeWatch({
      runtime,
      files,
      clock,
      logger,
      workers: this.#workers,
      adopt: (uid) => this.#adopt(uid),
    });
    this.#logs = logWatch({ runtime, files, clock, logger, workers: this.#workers });
    this.#disk = diskWatch({ files, clock, logger, workers: this.#workers });
    this.#prober = new Prober(options.checks, clock);
    this.#removals = new VolumeRemovals({
      ...options,
      isInUse: (name) => [...this.#workers.values()].some((worker) => worker.observation.hasVolume(name)),
    });
    this.#runner = new OperationRunner({
      ...options,
      signal: this.#stop.signal,
      onPulled: () => void options.node.look(),
      onStarted: (worker) => this.#watch.started(worker),
    });
    this.#workerContext = {
      clock,
      logger,
      reports,
      files,
      sources: this.#sources(),
      host: () => this.#hostFacts(),
      start: (worker, operation) => void this.#runner.run(worker, operation),
      onPlanned: (worker) => this.#prober.follow(worker),
      onGone: (worker) => this.#onGone(worker),
    };
    options.network.setEntries(this.#state.entries);
    this.#adoptRecords();
    this.#setPods([...this.#state.entries.keys()]);
  }

  /** Adopts what runs, and begins to plan; until then reconcilers are answered, but nothing is done. */
  async run(): Promise<void> {
    const { network, node, clock } = this.#options;
    const cancel = clock.after(networkDelayMaxMs, () => void this.#applyNetwork(undefined));
    void node.look();
    this.#logs.start();
    this.#disk.start();
    await this.#watch.run(this.#stop.signal, () => {
      cancel();
      for (const worker of this.#workers.values()) worker.changed();
      this.#removeVolumes(this.#state.entries.keys());
      // After these plans, which hand the host ports of running pods to the network: no rule goes in between.
      setImmediate(() => void this.#applyNetwork(undefined));
      this.#reportApplied(this.#state);
    });
    cancel();
    network.stop();
    node.stop();
  }

  /** Ends the process's work; containers and rules stay as they are. */
  stop(): void {
    this.#stop.abort();
    this.#prober.stop();
    this.#logs.stop();
    this.#disk.stop();
    this.#removals.stop();
    for (const worker of this.#workers.values()) worker.dispose();
  }

  onNetworkReadyChange(): void {
    for (const worker of this.#workers.values()) if (this.#watch.seen) worker.changed();
    void this.#options.node.look();
  }

  info(): AgentInfo {
    const { epoch, generation } = this.#state;
    return { protocol: wireProtocol, ...this.#options.identity, epoch, generation };
  }

  update(
    update: DesiredUpdate,
  ): Promise<
    | { readonly ok: true; readonly accepted: DesiredAccepted }
    | { readonly ok: false; readonly refused: DesiredRefused }
  > {
    const turn = this.#updating.then(async () => {
      const refused = refusalOf(this.#state, update);
      if (refused !== undefined) return { ok: false, refused } as const;
      const { state, changedKeys } = applyUpdate(this.#state, update);
      await this.#options.journal.append(update, state).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'SyncFailed') this.#options.onFatal(error);
        throw error;
      });
      this.#state = state;
      this.#adoptRecords();
      void this.#begin(changedKeys, update);
      return { ok: true, accepted: { epoch: update.epoch, generation: update.generation } } as const;
    });
    this.#updating = turn.catch(() => undefined);
    return turn;
  }

  async images(): Promise<readonly ImageReport[]> {
    return imageReportsOf(await this.#options.runtime.images());
  }

  async importImage(archive: AsyncIterable<Uint8Array>, digest: string): Promise<readonly ImageReport[]> {
    const names = await this.#options.importer.import(archive, digest);
    void this.#options.node.look();
    for (const worker of this.#workers.values()) if (this.#watch.seen) worker.imagesChanged();
    const images = await Promise.all(names.map((name) => this.#watch.imageAppears(name)));
    return imageReportsOf([
      ...new Map(images.filter((image) => image !== undefined).map((image) => [image.id, image])).values(),
    ]);
  }

  /** Of all pods that are desired, or may still be on the host. */
  podUids(): readonly string[] {
    return [...this.#workers.keys(), ...this.#records.map(({ ref }) => ref.uid)];
  }

  pod(uid: string): PodRef | undefined {
    return this.#workers.get(uid)?.ref;
  }

  isRunning(uid: string, container: string): boolean {
    return this.runningContainer(uid, container) !== undefined;
  }

  runningContainer(uid: string, container: string): string | undefined {
    const containers = this.#workers.get(uid)?.containers ?? [];
    return containers.find(({ name, state }) => name === container && state.type === 'running')?.id;
  }

  readySandbox(uid: string): string | undefined {
    return this.#workers.get(uid)?.observation.sandboxes.find(({ ready }) => ready)?.id;
  }

  /** Rules for pods that end change before their containers do; all else need not wait for the network. */
  async #begin(changedKeys: ReadonlySet<string>, update: DesiredUpdate): Promise<void> {
    const { network } = this.#options;
    network.setEntries(this.#state.entries);
    const networkKeys = new Set(
      [...changedKeys].filter((key) => key === 'network' || /^(service|peers)\//.test(key)),
    );
    const touched = this.#setPods([...changedKeys]);
    const applied = networkKeys.size === 0 ? undefined : this.#applyNetwork(networkKeys);
    if (!this.#watch.seen) return;
    this.#removeVolumes(changedKeys);
    const ending = touched.filter(
      ({ pod }) => pod?.metadata.deletionTimestamp !== undefined || pod === undefined,
    );
    for (const worker of touched) if (applied === undefined || !ending.includes(worker)) worker.changed();
    await applied;
    if (applied !== undefined) for (const worker of ending) worker.changed();
    this.#reportApplied(update);
  }

  /** Workers plan in a microtask of their own; after it their first steps have been started. */
  #reportApplied({ epoch, generation }: { readonly epoch: number; readonly generation: number }): void {
    setImmediate(() => {
      const isNewest = this.#state.epoch === epoch && this.#state.generation === generation;
      if (isNewest && epoch > 0) this.#options.reports.applied(epoch, generation);
    });
  }

  /** Failures are logged and tried again by the driver. */
  async #applyNetwork(keys: ReadonlySet<string> | undefined): Promise<void> {
    await this.#options.network.apply(keys).catch(() => undefined);
  }

  /** Hands changed pods to their workers; gives the workers that have something new to plan with. */
  #setPods(changedKeys: readonly string[]): readonly PodWorker[] {
    const touched = new Set<PodWorker>();
    for (const key of changedKeys) {
      if (!key.startsWith('pod/')) continue;
      const uid = key.slice('pod/'.length);
      const entry = this.#state.entries.get(key);
      const pod = entry?.type === 'pod' ? entry.pod : undefined;
      const worker = this.#workers.get(uid) ?? (pod === undefined ? undefined : this.#adopt(uid));
      worker?.setPod(pod);
      if (worker !== undefined) touched.add(worker);
    }
    const sources = new Set(changedKeys.filter(isSourceKey));
    if (sources.size > 0) {
      for (const uid of podsMentioning(this.#state.entries, sources)) {
        const worker = this.#workers.get(uid);
        if (worker !== undefined) touched.add(worker);
      }
    }
    return [...touched];
  }

  /** The worker of a pod that is desired, or found on the host. undefined: it is nobody's business yet. */
  #adopt(uid: string): PodWorker | undefined {
    const known = this.#workers.get(uid);
    if (known !== undefined || !this.#isManaged()) return known;
    const worker = new PodWorker({ uid, namespace: '', name: '' }, this.#workerContext);
    this.#workers.set(uid, worker);
    return worker;
  }

  /** A host that never got a desired state (or lost it) touches nothing until it gets one. */
  #isManaged(): boolean {
    return this.#state.epoch > 0;
  }

  /** Pods that an agent before this one knew, so that what they left is cleared away. */
  #adoptRecords(): void {
    if (!this.#isManaged()) return;
    for (const record of this.#records.splice(0)) {
      this.#workers.set(record.ref.uid, new PodWorker(record.ref, this.#workerContext, record));
    }
  }

  #sources(): PodSources {
    const isFinished = (uid: string): boolean => {
      const phase = this.#workers.get(uid)?.observation.status?.phase;
      return phase === 'Succeeded' || phase === 'Failed';
    };
    return sourcesOf(() => this.#state.entries, isFinished);
  }

  /** The desired state after an update, to whoever removes what is not to be there any more. */
  #removeVolumes(changedKeys: Iterable<string>): void {
    this.#removals.changed(changedKeys, (key) => this.#state.entries.has(key));
  }

  #hostFacts(): HostFacts {
    return { ...this.#options.host, hostIPs: this.addresses(), networkReady: this.#options.network.ready };
  }

  /** The host's own addresses, once the reconciler has told them. */
  addresses(): readonly string[] {
    const network = this.#state.entries.get('network');
    return network?.type === 'network' ? [network.nodeAddress] : [];
  }

  #onGone(worker: PodWorker): void {
    const { reports } = this.#options;
    const { ref, pod } = worker;
    this.#prober.leave(worker);
    reports.podGone(ref, worker.observation.status ?? emptyStatus);
    this.#removals.podGone();
    if (pod !== undefined) return;
    worker.dispose();
    this.#workers.delete(ref.uid);
    reports.forget(ref.uid);
  }
}

/** Of a pod whose containers were found without anything that tells what became of them. */
const emptyStatus: PodStatus = {
  phase: 'Failed',
  reason: 'NotFound',
  message: 'nothing is known of this pod any more',
};
