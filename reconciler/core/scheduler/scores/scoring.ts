import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { NodeSnapshot } from '../node-snapshot.ts';

/** What a score may look at: the pod and, by index, the nodes that passed the filters. */
export interface Scoring {
  readonly pod: Pod;
  readonly snapshot: NodeSnapshot;
  /** Indexes of the nodes to score; the scores are in the same order. */
  readonly feasible: readonly number[];
}

export interface Score {
  readonly name: string;
  readonly weight: number;
  /** Writes a number from 0 to 100 for each feasible node into `scores`; false where it has no opinion. */
  readonly score: (scoring: Scoring, scores: Float64Array) => boolean;
}
