/**
 * Berth's own kinds, group berth.dev. `Host` is a machine to run pods on; `Application` is a folder of a Git
 * repository to keep the cluster equal to.
 */
import type { Condition, ObjectMeta } from '../kubernetes/types/meta-v1.ts';
import type { Taint } from '../kubernetes/types/core-v1.ts';

/** A plain Linux host that the reconciler reaches over SSH. Cluster-scoped; its name is the Node's name. */
export interface Host {
  readonly apiVersion: 'berth.dev/v1alpha1';
  readonly kind: 'Host';
  readonly metadata: ObjectMeta;
  readonly spec: HostSpec;
  readonly status?: HostStatus;
}

export interface HostSpec {
  /** IP address or DNS name that the reconciler's SSH connection goes to. */
  readonly address: string;
  /** SSH port; 22 unless given. */
  readonly port?: number;
  /** SSH user; root unless given. Anyone else needs passwordless sudo. */
  readonly user?: string;
  /** Pinned host keys, as `ssh-keygen -l` prints them (`SHA256:…`). Another key is refused. */
  readonly hostKeys: readonly string[];
  /** Name of the private key file under the reconciler's state directory `keys/`; `default` unless given. */
  readonly identity?: string;
  /** Address by which other hosts and pods reach this one; `address` unless given. */
  readonly internalAddress?: string;
  /** Labels of the Node made from this host. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints of the Node made from this host. */
  readonly taints?: readonly Taint[];
  readonly runtime?: HostRuntime;
}

export interface HostRuntime {
  /** `containerd` unless given. */
  readonly type?: 'containerd' | 'cri-o' | 'docker';
  /** Path of the runtime's unix socket on the host; the type's usual one unless given. */
  readonly socket?: string;
}

/** Where a host stands on its way from an address to a node that runs pods. */
export type HostPhase =
  | 'Pending'
  | 'Connecting'
  | 'Bootstrapping'
  | 'Connected'
  | 'Unreachable'
  | 'Refused'
  /** Deleted: its pods are ended and the agent is taken off. */
  | 'Removing';

export interface HostStatus {
  readonly phase?: HostPhase;
  /** Why the host is in this phase, for people. */
  readonly message?: string;
  /** SHA-256 of the agent executable that runs there. */
  readonly agentDigest?: string;
  readonly agentVersion?: string;
  /** The desired generation that the agent reported as applied. */
  readonly appliedGeneration?: number;
  readonly lastSeen?: string;
  readonly conditions?: readonly Condition[];
}

/** A folder at a ref of a repository, kept equal to the cluster. Cluster-scoped. */
export interface Application {
  readonly apiVersion: 'berth.dev/v1alpha1';
  readonly kind: 'Application';
  readonly metadata: ObjectMeta;
  readonly spec: ApplicationSpec;
  readonly status?: ApplicationStatus;
}

export interface ApplicationSpec {
  /** `https://…`, `http://…`, `ssh://…`, or the path of a local repository. */
  readonly repository: string;
  /** Branch, tag, full ref or commit; `main` unless given. */
  readonly ref?: string;
  /** Folder inside the repository; its root unless given. */
  readonly path?: string;
  /** Cron expression (five fields) of the safety net; every minute unless given. */
  readonly schedule?: string;
  /** Whether objects that left the repository are deleted; true unless given. */
  readonly prune?: boolean;
  /** Stops syncing while true; what runs stays. */
  readonly suspend?: boolean;
  /** Whose rights a commit is bound by; without it an Application may do everything, as who made it. */
  readonly serviceAccount?: AccountReference;
}

/** A ServiceAccount of any namespace. */
export interface AccountReference {
  readonly namespace: string;
  readonly name: string;
}

/** One commit's way through intake: what was read, what was wrong, what was applied. */
export interface RevisionStatus {
  readonly commit: string;
  readonly phase: 'Fetching' | 'Invalid' | 'Planned' | 'Applying' | 'Applied' | 'Failed';
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Rendered problems, `path:line:column: …`; at most 100 are kept. */
  readonly problems?: readonly string[];
  readonly created?: number;
  readonly changed?: number;
  readonly pruned?: number;
  readonly message?: string;
}

export interface ApplicationStatus {
  readonly observedGeneration?: number;
  /** The newest commit seen, good or bad. */
  readonly latest?: RevisionStatus;
  /** The commit that the cluster follows. */
  readonly applied?: RevisionStatus;
  readonly lastRun?: string;
  readonly conditions?: readonly Condition[];
}
