/** What runs on a host and what shall run, in the runtime's neutral terms: CRI and Docker adapters map these. */

/** A pod's sandbox: its network namespace and parent cgroup. */
export interface Sandbox {
  readonly id: string;
  readonly podUid: string;
  readonly namespace: string;
  readonly podName: string;
  /** Counts the sandboxes of one pod, from 0. */
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAtMs: number;
  /** Empty for a pod on the host's network. */
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
}

/** What a container does. `finishedAtMs` and `startedAtMs` are 0 where the runtime does not know. */
export type ContainerState =
  | { readonly type: 'created' }
  | { readonly type: 'running'; readonly startedAtMs: number }
  | {
      readonly type: 'exited';
      readonly startedAtMs: number;
      readonly finishedAtMs: number;
      readonly exitCode: number;
      /** The runtime's word, e.g. `Completed`, `Error`, `OOMKilled`. */
      readonly reason: string;
      readonly message: string;
    }
  | { readonly type: 'unknown' };

/** One container of a pod, dead or alive. */
export interface Container {
  readonly id: string;
  readonly sandboxId: string;
  readonly podUid: string;
  readonly name: string;
  /** Counts the restarts of one container of a pod, from 0. */
  readonly attempt: number;
  readonly state: ContainerState;
  readonly createdAtMs: number;
  /** As the pod wrote it, e.g. `nginx:1.25`. */
  readonly image: string;
  /** What the runtime resolved it to: `NAME@sha256:…` or `sha256:…`. */
  readonly imageId: string;
  readonly memo: ContainerMemo;
}

/** What the agent writes on a container when it makes it, so that nothing about it needs a memory elsewhere. */
export interface ContainerMemo {
  /** Of the parts of the definition that force a new container when they change. */
  readonly hash: string;
  /** Wait before its next restart, should it end before it ran `restartBackoffResetMs`. */
  readonly backoffMs: number;
  readonly terminationGraceSeconds: number;
  readonly terminationMessagePath: string;
  readonly fallbackToLogs: boolean;
}

export interface SandboxSpec {
  readonly podUid: string;
  readonly namespace: string;
  readonly podName: string;
  readonly attempt: number;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** undefined: the runtime copies the host's resolv.conf. */
  readonly dns: DnsSpec | undefined;
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly sharedPID: boolean;
  /** Whether any container of the pod is privileged. */
  readonly privileged: boolean;
  readonly runAsUser: number | undefined;
  readonly runAsGroup: number | undefined;
  readonly supplementalGroups: readonly number[];
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface DnsSpec {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface ContainerSpec {
  readonly name: string;
  readonly attempt: number;
  /** As the pod wrote it. */
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly MountSpec[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly memo: ContainerMemo;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: ResourceSpec;
  readonly security: SecuritySpec;
}

/** Where a mount comes from: a volume of the pod, or a file that the agent keeps for each pod. */
export type MountSource =
  | { readonly type: 'volume'; readonly volume: string }
  | { readonly type: 'hostPath'; readonly path: string }
  /** A folder that this agent made for a persistent volume. */
  | { readonly type: 'provisioned'; readonly volumeName: string }
  | { readonly type: 'etcHosts' }
  | { readonly type: 'terminationLog' };

export interface MountSpec {
  readonly source: MountSource;
  /** Below the source; empty for all of it. Never absolute, and without `..`. */
  readonly subPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
  readonly propagation: 'None' | 'HostToContainer' | 'Bidirectional';
}

/** 0 means: no bound. */
export interface ResourceSpec {
  readonly cpuShares: number;
  readonly cpuQuotaUs: number;
  readonly cpuPeriodUs: number;
  readonly memoryLimitBytes: number;
  readonly oomScoreAdj: number;
}

export interface SecuritySpec {
  readonly privileged: boolean;
  readonly readOnlyRootFilesystem: boolean;
  readonly allowPrivilegeEscalation: boolean;
  readonly runAsUser: number | undefined;
  readonly runAsGroup: number | undefined;
  readonly supplementalGroups: readonly number[];
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly seccomp: 'RuntimeDefault' | 'Unconfined';
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly hostNetwork: boolean;
  readonly sharedPID: boolean;
  /** Sees the processes of this container of the pod, where it would see only its own otherwise. */
  readonly targetContainerId: string | undefined;
}

export interface Image {
  /** Digest of the configuration: `sha256:…`. */
  readonly id: string;
  /** Tags and digests: `docker.io/library/nginx:1.25`, `docker.io/library/nginx@sha256:…`. */
  readonly names: readonly string[];
  readonly sizeBytes: number;
  /** The image's user; undefined where it is given by name, or not at all and thus root. */
  readonly uid: number | undefined;
  readonly username: string;
}
