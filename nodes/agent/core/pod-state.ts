/** What a plan for one pod is made from. All of it is data; the loop gathers it, nothing here is asked of a host. */
import type { Pod, PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { PodAddresses } from './downward.ts';
import type { Operation } from './operation.ts';
import type { DnsSpec, Container, Image, Sandbox } from './runtime-model.ts';
import type { PodSources } from './sources.ts';
import type { VolumeSpec } from './volume-spec.ts';
import type { HostPort } from './host-port.ts';

/** Names a pod on this host, also where its object is gone. */
export interface PodRef {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** What is known of the host. */
export interface HostFacts {
  readonly nodeName: string;
  readonly hostIPs: readonly string[];
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The host's resolver configuration. */
  readonly dns: DnsSpec;
  /** The network entry has been applied: pods with their own network may start. */
  readonly networkReady: boolean;
}

/** Whether a container's image is there; keyed by container, for its next start. */
export type ImageState =
  | { readonly type: 'present'; readonly image: Image }
  | {
      readonly type: 'missing';
      readonly reason: string;
      readonly message: string;
      readonly failures: number;
      readonly failedAtMs: number;
    };

/** An operation that failed and is tried again. Keyed by the operation's key. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly failedAtMs: number;
}

/** What probes found, per container; absent until the first verdict. */
export interface ProbeVerdict {
  readonly containerId: string;
  readonly started: boolean | undefined;
  readonly ready: boolean | undefined;
  /** Why it has to be restarted. */
  readonly unhealthy: { readonly probe: 'startup' | 'liveness'; readonly why: string } | undefined;
}

export interface ObservedPod {
  /** Newest attempt first. */
  readonly sandboxes: readonly Sandbox[];
  /** Newest attempt first. */
  readonly containers: readonly Container[];
  readonly images: ReadonlyMap<string, ImageState>;
  /** The volumes as last brought about by this process. */
  readonly preparedVolumes: readonly VolumeSpec[] | undefined;
  /** The pod's host ports as last handed to the network. */
  readonly publishedPorts: readonly HostPort[];
  readonly failures: ReadonlyMap<string, Failure>;
  readonly inFlight: readonly Operation[];
  readonly probes: ReadonlyMap<string, ProbeVerdict>;
  /** The status last reported, also before the agent was restarted. */
  readonly previous: PodStatus | undefined;
  readonly startTimeMs: number;
  /** Why it has been evicted. */
  readonly evicted?: string | undefined;
  /** Folders of the pod are on the host. */
  readonly hasFiles: boolean;
}

export interface PodInput {
  readonly ref: PodRef;
  /** undefined: not desired any more (or never was); everything of it goes. */
  readonly pod: Pod | undefined;
  readonly sources: PodSources;
  readonly host: HostFacts;
  readonly observed: ObservedPod;
  readonly nowMs: number;
}

/** The sandbox that counts: the newest attempt. */
export function currentSandbox(observed: ObservedPod): Sandbox | undefined {
  return observed.sandboxes[0];
}

export function containersNamed(observed: ObservedPod, name: string): readonly Container[] {
  return observed.containers.filter((container) => container.name === name);
}

/** Termination has been asked for, by deletion or because the pod is not desired any more. */
export function isTerminating(input: PodInput): boolean {
  return input.pod === undefined || input.pod.metadata.deletionTimestamp !== undefined;
}

export function addressesOf(input: PodInput): PodAddresses {
  const sandbox = currentSandbox(input.observed);
  const { nodeName, hostIPs } = input.host;
  const podIPs = input.pod?.spec?.hostNetwork === true ? hostIPs : (sandbox?.ips ?? []);
  return { nodeName, hostIPs, podIPs };
}
