/** A pod on a node, or meant for it, as the scheduler counts it. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ClassRecord } from './class-record.ts';

export interface PlacedPod {
  readonly uid: string;
  readonly pod: Pod;
  readonly of: ClassRecord;
  readonly nodeName: string;
  /** On its way out, and counted until it is gone. */
  readonly leaving: boolean;
}
