/** A pod that waits, and where in the queue it is. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';

export interface QueuedPod {
  pod: Pod;
  /** What of the pod decides where it may go. */
  wish: string;
  readonly order: number;
  attempts: number;
  place: 'active' | 'backoff' | 'refused' | 'gated' | 'planned';
  failedAtMs: number;
  /** When its backoff ends. */
  dueMs: number;
  /** The write failed, not the search: the backoff is kept to the end. */
  failedToWrite: boolean;
}
