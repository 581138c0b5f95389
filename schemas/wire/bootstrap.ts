/**
 * What the reconciler asks of the bootstrap and what it hears back. The bootstrap is a process of its own: it
 * reads one BootstrapJob as JSON from stdin and writes BootstrapMessages to stdout, one per line, the last of
 * them a result. It ends with code 0 whenever it wrote a result, a failed one included.
 */
import type { AgentConfig } from './messages.ts';
import type { SshTarget } from './ssh.ts';

/** Node's names for the machine types that an agent can be built for. */
export const agentArchitectures = ['x64', 'arm64'] as const;
export type AgentArchitecture = (typeof agentArchitectures)[number];

/** An agent executable in the build cache. */
export interface AgentBuild {
  readonly architecture: AgentArchitecture;
  readonly executablePath: string;
  /** The executable, gzipped. */
  readonly gzipPath: string;
  /** SHA-256 (hex) of the executable; its folder's name on a host. */
  readonly digest: string;
  /** Berth's version. */
  readonly version: string;
  readonly sizeBytes: number;
  readonly gzipBytes: number;
}

export type BootstrapJob = BuildJob | InstallJob | ResetJob;

/** Builds the agent for every architecture whose Node is installed; what is in the cache costs milliseconds. */
export interface BuildJob {
  readonly type: 'build';
}

/** Makes a host run the build for its architecture. Changes nothing where it does already. */
export interface InstallJob {
  readonly type: 'install';
  readonly target: SshTarget;
  readonly agent: AgentConfig;
  readonly builds: readonly AgentBuild[];
}

/** Takes the agent off a host. */
export interface ResetJob {
  readonly type: 'reset';
  readonly target: SshTarget;
  /** Whether the agent is to end its pods first; left running otherwise. */
  readonly containers: boolean;
}

export type BootstrapMessage =
  | BootstrapProgress
  | { readonly type: 'result'; readonly result: BootstrapResult };

export interface BootstrapProgress {
  readonly type: 'progress';
  /** One of the names in `bootstrapSteps`. */
  readonly step: BootstrapStep;
  /** What is happening, for people. */
  readonly message: string;
}

export type BootstrapStep =
  | 'build'
  | 'connect'
  | 'check'
  | 'packages'
  | 'push'
  | 'activate'
  | 'wait'
  | 'rollback'
  | 'reset';

export type BootstrapResult =
  | { readonly ok: true; readonly type: 'build'; readonly builds: readonly AgentBuild[] }
  | {
      readonly ok: true;
      readonly type: 'install';
      readonly digest: string;
      readonly facts: HostFacts;
      /** What was done, for people; empty when everything was in place. */
      readonly changes: readonly string[];
    }
  | { readonly ok: true; readonly type: 'reset'; readonly changes: readonly string[] }
  | BootstrapFailure;

export interface BootstrapFailure {
  readonly ok: false;
  readonly reason: BootstrapFailureReason;
  readonly message: string;
  /** Each thing that the host lacks, with what to do about it; only with `HostUnfit`. */
  readonly problems?: readonly HostProblem[];
  /** The agent's last log lines; only with `AgentFailed`. */
  readonly agentLog?: readonly string[];
}

export type BootstrapFailureReason =
  | 'InvalidJob'
  | 'BuildFailed'
  | 'HostKeyMismatch'
  | 'AuthenticationFailed'
  | 'IdentityUnreadable'
  | 'WeakKeyExchange'
  | 'Unreachable'
  | 'ConnectionLost'
  | 'CommandTimedOut'
  | 'CommandFailed'
  | 'HostUnfit'
  | 'PackagesFailed'
  | 'PushFailed'
  | 'AgentFailed'
  /** The bootstrap's own process could not be run or broke; `message` says how. */
  | 'BootstrapCrashed';

/** What the check found on a host. Empty strings where a thing is absent. */
export interface HostFacts {
  readonly kernel: string;
  readonly architecture: AgentArchitecture;
  /** `ID` and `VERSION_ID` of /etc/os-release, e.g. `debian 12`. */
  readonly distribution: string;
  readonly init: 'systemd' | 'other';
  readonly root: 'user' | 'sudo';
  readonly runtimeVersion: string;
  readonly cniPluginPath: string;
  readonly diskFreeBytes: number;
  readonly cgroups: 'v1' | 'v2' | 'hybrid';
}

export interface HostProblem {
  readonly reason: string;
  /** What is missing and what to install or change. */
  readonly message: string;
}
