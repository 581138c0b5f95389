/**
 * What the agent's core and loop ask of the host. Adapters under runtime/, net/, state/ and report/ implement
 * these; `main.ts` alone chooses which. Interfaces only: no behaviour.
 */
import type { PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import type {
  AgentInfo,
  DesiredAccepted,
  DesiredRefused,
  DesiredUpdate,
  EventReport,
  ImageReport,
  NetworkEntry,
  NetworkPeer,
  NodeReport,
  ServiceEntry,
} from '../../../schemas/wire/messages.ts';
import type { SessionStreams } from '../../../schemas/wire/exec.ts';
import type { CheckAction } from './check-action.ts';
import type { DesiredState } from './desired-state.ts';
import type { HostPort } from './host-port.ts';
import type { HostsFile } from './hosts-file.ts';
import type { PodRef } from './pod-state.ts';
import type { Container, ContainerSpec, Image, Sandbox, SandboxSpec } from './runtime-model.ts';
import type { VolumeSpec } from './volume-spec.ts';

/** Wall clock and timers. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Structured log. Fields never hold secret values. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** All that the network adapter brings about; whole, so that applying it twice changes nothing. */
export interface DesiredNetwork {
  /** Absent until the reconciler sent one: then nothing is changed on the host. */
  readonly network?: NetworkEntry;
  /** All nodes that take part in the network; the host itself may be among them. */
  readonly peers: readonly NetworkPeer[];
  /** By `service/NAMESPACE/NAME`. */
  readonly services: ReadonlyMap<string, ServiceEntry>;
  /** Of running pods that are not terminating, sorted by protocol, host port and address. */
  readonly hostPorts: readonly HostPort[];
}

export interface NetworkStatus {
  /** The network entry has been applied: CNI's configuration is written, routes and rules are in place. */
  readonly ready: boolean;
  /** Why it is not. */
  readonly message?: string;
}

/** Routes, rules and CNI configuration of the host. */
export interface Network {
  /**
   * Makes the host's network as desired. Level-based and idempotent; the caller never runs two at once. It
   * rejects where something could not be applied, and is then called again with the newest state.
   * `changedKeys` (entry keys, or `hostPorts`) narrows the work to what changed since the last call that
   * succeeded; undefined means anything may differ, as at start-up, after a failure and now and then after.
   */
  apply(desired: DesiredNetwork, changedKeys?: ReadonlySet<string>): Promise<void>;
  status(): NetworkStatus;
}

export interface RuntimeStatus {
  readonly ready: boolean;
  /** The runtime itself judges whether CNI's configuration is usable. */
  readonly networkReady: boolean;
  readonly message: string;
  /** E.g. `containerd://1.6.20`. */
  readonly version: string;
}

/** Something happened to a sandbox or container: look at it again. `undefined`: events may have been missed. */
export type RuntimeEvent =
  | { readonly type: 'changed'; readonly id: string; readonly exited: boolean }
  | { readonly type: 'missed' };

/** A session that a runtime's streaming server is to serve. `stderr` and `tty` exclude each other. */
export type RuntimeSession =
  | ({
      readonly type: 'exec';
      readonly containerId: string;
      readonly command: readonly string[];
    } & SessionStreams)
  | ({ readonly type: 'attach'; readonly containerId: string } & SessionStreams)
  | { readonly type: 'portforward'; readonly sandboxId: string };

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A container runtime. Calls reject with a RuntimeProblem. Stops and removes are idempotent: what is gone
 * already is a success.
 */
export interface Runtime {
  status(): Promise<RuntimeStatus>;
  /** Every pod sandbox and container that carries the Kubernetes labels. */
  list(): Promise<{ readonly sandboxes: readonly Sandbox[]; readonly containers: readonly Container[] }>;
  /** undefined: there is no such sandbox. */
  sandbox(id: string): Promise<Sandbox | undefined>;
  container(id: string): Promise<Container | undefined>;
  runSandbox(spec: SandboxSpec): Promise<Sandbox>;
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;
  createContainer(
    sandboxId: string,
    spec: ContainerSpec,
    sandbox: SandboxSpec,
    hostPaths: readonly string[],
  ): Promise<string>;
  startContainer(id: string): Promise<Container>;
  /** Asks the process to end, kills it after `graceSeconds`, and resolves when it is gone. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  /** The URL, on this host, where the runtime serves the session by SPDY/3.1; for one use, and soon. */
  session(ask: RuntimeSession): Promise<string>;
  /** The runtime writes to a new file under the same name from now on. */
  reopenLog(id: string): Promise<void>;
  images(): Promise<readonly Image[]>;
  /** undefined: not on this host. */
  image(name: string): Promise<Image | undefined>;
  pull(name: string, signal: AbortSignal): Promise<Image>;
  /** Until `signal` aborts. Reconnects by itself and then yields `missed`. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
}

export interface CheckResult {
  readonly ok: boolean;
  /** What a failed check has to say. */
  readonly output: string;
}

/** Carries out what probes and lifecycle hooks ask for. */
export interface Checks {
  /** `containerId` is where commands run. Never takes longer than `timeoutMs`, give or take the runtime's own. */
  run(action: CheckAction, containerId: string, timeoutMs: number): Promise<CheckResult>;
}

/** What the agent remembers of a pod beside its containers: they do not outlive their removal. */
export interface PodRecord {
  readonly ref: PodRef;
  readonly startTimeMs: number;
  readonly status: PodStatus | undefined;
}

/** Folders and files of pods on the host. */
export interface PodFiles {
  /** Every pod that has files here. */
  records(): Promise<readonly PodRecord[]>;
  saveRecord(record: PodRecord): Promise<void>;
  /** Brings a pod's volumes about; unchanged ones stay as they are. */
  prepare(podUid: string, volumes: readonly VolumeSpec[]): Promise<void>;
  /** Removes the folder of a persistent volume and all that is in it; one that is not there is a success. */
  removeVolume(volumeName: string): Promise<void>;
  /** Bytes of the disk that a volume of the pod takes; 0 where it is not there. */
  diskUsage(podUid: string, volume: string): Promise<number>;
  /** Writes the pod's hosts file. */
  writeHosts(podUid: string, hosts: HostsFile): Promise<void>;
  /** Host paths of a container's mounts, in the order of `spec.mounts`; makes the termination log's file. */
  hostPathsOf(podUid: string, spec: ContainerSpec): Promise<readonly string[]>;
  /** Removes all that belongs to the pod, logs too, and unmounts what was mounted. */
  remove(pod: PodRef): Promise<void>;
  /** Sets the container's log aside where it has grown too large, and calls `reopen`. */
  rotateLog(pod: PodRef, container: Container, reopen: () => Promise<void>): Promise<void>;
  /** The message that a container left when it ended, in the kubelet's bounds; empty when it left none. */
  terminationMessage(pod: PodRef, container: Container): Promise<string>;
}

/** The desired state on disk. */
export interface DesiredJournal {
  /** Resolves when the update is on disk. Rejects with a JournalFull where there is no room: nothing changed. */
  append(update: DesiredUpdate, after: DesiredState): Promise<void>;
}

/** Where the loop tells what it knows. Calls return at once. */
export interface Reports {
  pod(ref: PodRef, status: PodStatus): void;
  podGone(ref: PodRef, status: PodStatus): void;
  /** The pod is neither on the host nor desired: the next snapshot does not name it. */
  forget(uid: string): void;
  event(event: Omit<EventReport, 'type'>): void;
  applied(epoch: number, generation: number): void;
  /** The folder of a persistent volume is gone; told until `forgetVolume`. */
  volumeRemoved(name: string): void;
  /** Nobody waits any more for the end of this volume. */
  forgetVolume(name: string): void;
  node(report: Omit<NodeReport, 'type'>): void;
}

/** What the agent answers to its reconciler. */
export interface AgentService {
  info(): AgentInfo;
  update(
    update: DesiredUpdate,
  ): Promise<
    | { readonly ok: true; readonly accepted: DesiredAccepted }
    | { readonly ok: false; readonly refused: DesiredRefused }
  >;
  images(): Promise<readonly ImageReport[]>;
  /** `archive` is an OCI archive whose SHA-256 is `digest` (`sha256:…`); rejects with an ImageProblem. */
  importImage(archive: AsyncIterable<Uint8Array>, digest: string): Promise<readonly ImageReport[]>;
  /** undefined: no such pod on this host. */
  pod(uid: string): PodRef | undefined;
  isRunning(uid: string, container: string): boolean;
  /** The id of the pod's container of this name that runs now. */
  runningContainer(uid: string, container: string): string | undefined;
  /** The id of the pod's sandbox, while it is ready. */
  readySandbox(uid: string): string | undefined;
}

/** Imports images that come as archives. */
export interface ImageImporter {
  /** Spools, verifies and imports; gives the names that the archive brought. Rejects with an ImageProblem. */
  import(archive: AsyncIterable<Uint8Array>, digest: string): Promise<readonly string[]>;
}
