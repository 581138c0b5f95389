/** What the loop does for a pod. Complete data: whoever executes an operation decides nothing. */
import type { CheckAction } from './check-action.ts';
import type { HostPort } from './host-port.ts';
import type { HostsFile } from './hosts-file.ts';
import type { ContainerSpec, SandboxSpec } from './runtime-model.ts';
import type { VolumeSpec } from './volume-spec.ts';

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export type Operation =
  | { readonly type: 'prepare-volumes'; readonly volumes: readonly VolumeSpec[] }
  | { readonly type: 'run-sandbox'; readonly spec: SandboxSpec }
  | {
      readonly type: 'ensure-image';
      readonly container: string;
      readonly image: string;
      readonly policy: PullPolicy;
    }
  | {
      readonly type: 'start-container';
      readonly sandboxId: string;
      readonly spec: ContainerSpec;
      readonly sandbox: SandboxSpec;
      /** The pod's hosts file; undefined where the runtime provides one. */
      readonly hosts: HostsFile | undefined;
      /** Runs right after the start; where it fails the container is killed. */
      readonly postStart: CheckAction | undefined;
    }
  | {
      readonly type: 'stop-container';
      readonly id: string;
      readonly container: string;
      readonly graceSeconds: number;
      /** The event's message. */
      readonly why: string;
      /** Runs before the process is asked to end, within its grace. */
      readonly preStop: CheckAction | undefined;
    }
  | { readonly type: 'remove-container'; readonly id: string; readonly container: string }
  | { readonly type: 'stop-sandbox'; readonly id: string }
  | { readonly type: 'remove-sandbox'; readonly id: string }
  /** Hands the pod's host ports to the network; an empty list takes them back. */
  | { readonly type: 'publish-ports'; readonly ports: readonly HostPort[] }
  | { readonly type: 'remove-files' };

/** Two operations of a pod with the same key are never in flight together; failures are counted by it. */
export function operationKey(operation: Operation): string {
  switch (operation.type) {
    case 'ensure-image':
      return `ensure-image/${operation.container}`;
    case 'start-container':
      return `start-container/${operation.spec.name}`;
    case 'stop-container':
    case 'remove-container':
    case 'stop-sandbox':
    case 'remove-sandbox':
      return `${operation.type}/${operation.id}`;
    case 'prepare-volumes':
    case 'run-sandbox':
    case 'publish-ports':
    case 'remove-files':
      return operation.type;
  }
}

/** Something to tell about a pod. `key` says what it is about: an event is told when its key appears. */
export interface EventDraft {
  readonly key: string;
  readonly severity: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The event is about this container. */
  readonly container?: string;
}

export interface PodPlan {
  /** To be started at once, side by side. Empty: nothing to do until something changes or `wakeAtMs`. */
  readonly operations: readonly Operation[];
  /** What holds at the moment; whoever tells them tells each key once. */
  readonly events: readonly EventDraft[];
  readonly wakeAtMs: number | undefined;
  /** Nothing of the pod is left on the host, as was asked for. */
  readonly gone: boolean;
}
