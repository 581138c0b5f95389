/** What an operation brought about. */
import type { ImageState } from '../core/pod-state.ts';
import type { HostPort } from '../core/host-port.ts';
import type { Container, Sandbox } from '../core/runtime-model.ts';
import type { VolumeSpec } from '../core/volume-spec.ts';

export type Outcome =
  | { readonly type: 'volumes'; readonly volumes: readonly VolumeSpec[] }
  | { readonly type: 'sandbox'; readonly sandbox: Sandbox }
  | { readonly type: 'sandbox-gone'; readonly id: string }
  | { readonly type: 'image'; readonly container: string; readonly state: ImageState }
  | { readonly type: 'container'; readonly container: Container }
  | { readonly type: 'container-gone'; readonly id: string }
  | { readonly type: 'ports'; readonly ports: readonly HostPort[] }
  | { readonly type: 'files-gone' };

/** An operation that did not succeed: the reason is what the pod's status or an event calls it. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed';
  readonly reason: string;
  /** The reason of the event, where it is another one. */
  readonly eventReason: string;
  /** What is there nevertheless. */
  readonly outcome: Outcome | undefined;

  constructor(reason: string, eventReason: string, message: string, outcome?: Outcome) {
    super(message);
    this.reason = reason;
    this.eventReason = eventReason;
    this.outcome = outcome;
  }
}
