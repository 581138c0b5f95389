/**
 * What the reconciler and an agent say to each other: JSON over HTTP/2 over an SSH channel to the agent's unix
 * socket. The agent initiates nothing. Entries are whole and keyed, so that a change costs what changed and a
 * lost message costs one snapshot.
 *
 *   GET  /v1/info                       AgentInfo
 *   PUT  /v1/desired                    DesiredUpdate -> DesiredAccepted | 409 DesiredRefused
 *   GET  /v1/reports                    newline-delimited Report, first everything known, then changes, no end
 *   GET  /v1/logs?uid&container&...     LogQuery -> the log's bytes (text), 404 ProblemMessage
 *   GET  /v1/images                     newline-delimited ImageReport
 *   POST /v1/images?digest=sha256:…     body: an OCI archive (tar) -> ImageReport[]; verified against the digest
 *   POST /v1/sessions?ask               bytes in both directions: exec, attach, port-forward (see exec.ts)
 *
 * Errors are ProblemMessage with a 4xx or 5xx code.
 */
import type {
  NodeAddress,
  NodeCondition,
  NodeSystemInfo,
  PersistentVolumeSpec,
  Pod,
  PodStatus,
} from '../kubernetes/types/core-v1.ts';

export const wireProtocol = 1;

/** Largest body of one DesiredUpdate, in bytes: 20,000 services with three endpoints each stay well below. */
export const desiredUpdateBytesMax = 64 * 1024 * 1024;

export interface AgentInfo {
  readonly protocol: number;
  readonly agentVersion: string;
  /** SHA-256 (hex) of the running executable, from its folder's name; empty when it runs from elsewhere. */
  readonly executableDigest: string;
  /** Differs after each start of the agent's process. */
  readonly instance: string;
  readonly bootId: string;
  /** What the agent holds on disk; both 0 when it never got any. */
  readonly epoch: number;
  readonly generation: number;
}

/** The entry kinds of a host's desired state. `key` is unique within the host. */
export type DesiredEntry =
  | NetworkEntry
  | PeersEntry
  | PodEntry
  | ConfigMapEntry
  | SecretEntry
  | ServiceEntry
  | ClaimEntry
  | RemovedVolumeEntry
  | TokenEntry;

/** `network`: exactly one per host, needed before any pod with its own network starts. */
export interface NetworkEntry {
  readonly key: 'network';
  readonly type: 'network';
  readonly nodeName: string;
  /** The host's own address as its peers know it. */
  readonly nodeAddress: string;
  /** This host's pod range, e.g. `10.42.3.0/24`. */
  readonly podCidr: string;
  /** All pods' range: what goes there is never masqueraded. */
  readonly clusterCidr: string;
  readonly serviceCidr: string;
}

/** `peers/PART`: some of the nodes that take part in the network, sorted by name; the host itself is among them too. */
export interface PeersEntry {
  readonly key: `peers/${string}`;
  readonly type: 'peers';
  readonly peers: readonly NetworkPeer[];
}

export interface NetworkPeer {
  readonly nodeName: string;
  readonly address: string;
  readonly podCidr: string;
}

/** `pod/UID`. The Pod as in the API, bound to this node; `metadata.deletionTimestamp` asks for termination. */
export interface PodEntry {
  readonly key: `pod/${string}`;
  readonly type: 'pod';
  readonly pod: Pod;
}

/** `configmap/NAMESPACE/NAME`, for pods of this host that mention it. */
export interface ConfigMapEntry {
  readonly key: `configmap/${string}`;
  readonly type: 'configmap';
  readonly data: Readonly<Record<string, string>>;
  /** Base64. */
  readonly binaryData: Readonly<Record<string, string>>;
}

/** `secret/NAMESPACE/NAME`, for pods of this host that mention it. Never logged. */
export interface SecretEntry {
  readonly key: `secret/${string}`;
  readonly type: 'secret';
  readonly secretType: string;
  /** Base64. */
  readonly data: Readonly<Record<string, string>>;
}

/** `service/NAMESPACE/NAME`: what the host's rules do for a Service with a cluster IP or node ports. */
export interface ServiceEntry {
  readonly key: `service/${string}`;
  readonly type: 'service';
  readonly clusterIPs: readonly string[];
  /** Session affinity by client address: so long after its last connection a client finds its endpoint again. */
  readonly affinitySeconds?: number;
  readonly ports: readonly ServiceEntryPort[];
}

export interface ServiceEntryPort {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly nodePort?: number;
  /** Ready endpoints, sorted; an empty list means refuse. */
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[];
}

/** `claim/NAMESPACE/NAME`, for pods of this host that use it: the volume that it is bound to. */
export interface ClaimEntry {
  readonly key: `claim/${string}`;
  readonly type: 'claim';
  readonly volumeName: string;
  /** The claim was made for this pod alone; no other may use it. */
  readonly ownerUid?: string;
  readonly accessModes: readonly string[];
  /** The volume's source and how to mount it; without its claim and its place. */
  readonly volume: PersistentVolumeSpec;
  /** The volume is a folder of `hostPaths.volumes` that this host makes when a pod needs it. */
  readonly provisioned: boolean;
  /** Why the volume cannot be used on this host. */
  readonly problem?: string;
}

/** `removed-volume/NAME`: this host removes the folder of a volume that it made, and reports when it is gone. */
export interface RemovedVolumeEntry {
  readonly key: `removed-volume/${string}`;
  readonly type: 'removed-volume';
}

/** `token/UID`: the service account tokens of a pod. Never logged. */
export interface TokenEntry {
  readonly key: `token/${string}`;
  readonly type: 'token';
  readonly tokens: readonly PodToken[];
}

export interface PodToken {
  /** As the pod asked for it; empty for the API's own. */
  readonly audience: string;
  readonly expirationSeconds: number;
  /** Either the token, or why there is none. */
  readonly token?: string;
  readonly problem?: string;
}

/**
 * A change of the desired state. `epoch` rises with each leader, `generation` with each change of this host's
 * state within an epoch. The agent refuses what is older than it holds, and a delta whose `base` it does not hold.
 */
export interface DesiredUpdate {
  readonly epoch: number;
  readonly generation: number;
  /** The generation (same epoch) that `upserts` and `removes` build upon; null: they are the whole state. */
  readonly base: number | null;
  readonly upserts: readonly DesiredEntry[];
  readonly removes: readonly string[];
}

export interface DesiredAccepted {
  readonly epoch: number;
  readonly generation: number;
}

export interface DesiredRefused {
  readonly reason: 'StaleEpoch' | 'StaleGeneration' | 'UnknownBase';
  readonly message: string;
  /** What the agent holds. */
  readonly epoch: number;
  readonly generation: number;
}

export interface ProblemMessage {
  readonly reason: string;
  readonly message: string;
}

/** What comes back. Statuses are levels: the last one of a pod or node is the truth. */
export type Report =
  | SnapshotReport
  | PodReport
  | PodGoneReport
  | NodeReport
  | EventReport
  | AppliedReport
  | VolumeRemovedReport
  | UsageReport;

/** First on every stream: pods not named here are not on the host. */
export interface SnapshotReport {
  readonly type: 'snapshot';
  readonly info: AgentInfo;
  readonly podUids: readonly string[];
}

export interface PodReport {
  readonly type: 'pod';
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: PodStatus;
}

/** Every container and the sandbox of a terminating pod are gone: its object may be removed. */
export interface PodGoneReport {
  readonly type: 'pod-gone';
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: PodStatus;
}

/** Sent when something changes and every `nodeReportIntervalMs` as a sign of life. */
export interface NodeReport {
  readonly type: 'node';
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly nodeInfo: NodeSystemInfo;
  readonly addresses: readonly NodeAddress[];
  /** Conditions that the host can judge itself; `Ready` among them says runtime and network work. */
  readonly conditions: readonly NodeCondition[];
  readonly images: readonly ImageReport[];
}

export const nodeReportIntervalMs = 10_000;

/**
 * What the host and its containers used since the report before. Sent every `usageReportIntervalMs`, never twice: a
 * reader that comes later waits for the next one.
 */
export interface UsageReport {
  readonly type: 'usage';
  /** Over which CPU is averaged. */
  readonly windowMs: number;
  readonly node: UsageAmounts;
  readonly pods: readonly PodUsageReport[];
}

export interface PodUsageReport {
  readonly uid: string;
  readonly containers: readonly (UsageAmounts & { readonly name: string })[];
}

export interface UsageAmounts {
  /** Thousandths of a core. */
  readonly cpuMilli: number;
  /** Working set. */
  readonly memoryBytes: number;
}

export const usageReportIntervalMs = 15_000;

/** Something worth telling about a pod; becomes a Kubernetes Event. */
export interface EventReport {
  readonly type: 'event';
  readonly podUid: string;
  readonly namespace: string;
  readonly podName: string;
  /** `spec.containers{NAME}` where the event is about a container. */
  readonly fieldPath?: string;
  readonly severity: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly timestamp: string;
}

/** The desired generation is on the host's disk and every step that it asked for has been started. */
export interface AppliedReport {
  readonly type: 'applied';
  readonly epoch: number;
  readonly generation: number;
}

/** The folder of a `removed-volume` entry is gone. Told again on every stream for as long as the entry is there. */
export interface VolumeRemovedReport {
  readonly type: 'volume-removed';
  readonly name: string;
}

export interface ImageReport {
  /** Content digest of the image's configuration: `sha256:…`. */
  readonly id: string;
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

export interface LogQuery {
  readonly uid: string;
  readonly container: string;
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
}

/** Where things lie on a host. Both sides and the bootstrap use these. */
export const hostPaths = {
  /** Desired state, pod volumes, adopted state. Mode 0700. */
  state: '/var/lib/berth',
  /** Agent executables by digest: `agents/SHA256/berth-agent`, and the link `agents/current`. */
  agents: '/var/lib/berth/agents',
  /** Folders of local-path volumes, by the volume's name. */
  volumes: '/var/lib/berth/volumes',
  socket: '/run/berth/agent.sock',
  podLogs: '/var/log/pods',
  cniConfig: '/etc/cni/net.d/10-berth.conflist',
  agentConfig: '/etc/berth/agent.json',
} as const;

/** The agent's own configuration, written by the bootstrap as `hostPaths.agentConfig`. */
export interface AgentConfig {
  readonly nodeName: string;
  readonly runtime: { readonly type: 'containerd' | 'cri-o' | 'docker'; readonly socket: string };
  /**
   * Numeric group that may connect to `hostPaths.socket` (mode 0660); root alone (mode 0600) without it. Set by
   * the bootstrap on hosts whose SSH user is not root.
   */
  readonly socketGroupId?: number;
}
