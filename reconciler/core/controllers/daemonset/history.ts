/** A DaemonSet's revisions: one per template, labelled by hash, and no more than its limit. */
import type { ControllerRevision, DaemonSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Change } from '../../model/plan.ts';
import { forgetRevision } from '../controller-revision/revision.ts';
import { hashLabel } from './daemon-pod.ts';

const historyLimitDefault = 10;

export function hashOf(revision: ControllerRevision): string {
  return revision.metadata.labels?.[hashLabel] ?? revision.metadata.name ?? '';
}

/** Labels for revisions that somebody made without: their own names, which are theirs alone. */
export function missingHashes(revisions: readonly ControllerRevision[]): readonly Change[] {
  return revisions
    .filter(({ metadata }) => metadata.labels?.[hashLabel] === undefined)
    .map((revision) => {
      const labels = { ...revision.metadata.labels, [hashLabel]: hashOf(revision) };
      const object = { ...revision, metadata: { ...revision.metadata, labels } };
      return { type: 'update', scope: 'spec', object };
    });
}

/** Revisions that recorded the same as a newer one go, and their pods are told to be of that one. */
export function withoutDuplicates(
  kept: ControllerRevision,
  duplicates: readonly ControllerRevision[],
  pods: readonly Pod[],
): readonly Change[] {
  const hashes = new Set(duplicates.map(hashOf));
  const relabelled = pods
    .filter((pod) => hashes.has(pod.metadata.labels?.[hashLabel] ?? ''))
    .map((pod) => {
      const labels = { ...pod.metadata.labels, [hashLabel]: hashOf(kept) };
      return {
        type: 'update',
        scope: 'spec',
        object: { ...pod, metadata: { ...pod.metadata, labels } },
      } as const;
    });
  return [...relabelled, ...duplicates.map(forgetRevision)];
}

/** The oldest revisions beyond the limit, of those that no pod is of. */
export function forgotten(
  set: DaemonSet,
  current: ControllerRevision,
  revisions: readonly ControllerRevision[],
  pods: readonly Pod[],
): readonly ControllerRevision[] {
  const old = revisions.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
  const surplus = Math.max(0, old.length - (set.spec?.revisionHistoryLimit ?? historyLimitDefault));
  const used = new Set(pods.map((pod) => pod.metadata.labels?.[hashLabel]));
  return old.filter((revision) => !used.has(hashOf(revision))).slice(0, surplus);
}
