/** Pods that bear the finalizer of a Job that is gone: nobody counts them any more, and nothing may hold them. */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { selects } from '../../model/label-selector.ts';
import type { ObjectRef } from '../../model/object.ts';
import { type Plan, emptyPlan } from '../../model/plan.ts';
import { isPodDeleted } from '../../model/pod-status.ts';
import type { ClusterView } from '../../model/view.ts';
import { controllerOf } from '../owner.ts';
import { isTracked, withoutTracking } from './job-pods.ts';
import { endOf } from './job-conditions.ts';

const ownController = 'kubernetes.io/job-controller';
const uidLabel = 'batch.kubernetes.io/controller-uid';

/** Whether somebody else looks after the job (KEP-4368). */
export function isManagedElsewhere({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== ownController;
}

/** Jobs that would take the pod, which has no controller, by its labels. */
export function adopters(pod: Pod, view: ClusterView): readonly Job[] {
  const { labels, namespace = '' } = pod.metadata;
  if (isPodDeleted(pod) || labels === undefined) return [];
  const marked = view.byUid(labels[uidLabel] ?? '');
  const candidates = view
    .list<Job>('batch/v1', 'Job', namespace)
    .filter((job) => job === marked || job.spec?.manualSelector === true);
  return candidates.filter(
    (job) =>
      job.metadata.deletionTimestamp === undefined &&
      !isManagedElsewhere(job) &&
      endOf(job) === undefined &&
      selects(job.spec?.selector, labels),
  );
}

/** Whether the pod's job is gone, or it never had one. */
export function isForsaken(pod: Pod, view: ClusterView): boolean {
  if (!isTracked(pod)) return false;
  const controller = controllerOf(pod);
  if (controller === undefined) return adopters(pod, view).length === 0;
  return controller.kind === 'Job' && view.byUid(controller.uid) === undefined;
}

/** Takes the finalizer off a pod that nobody will count. */
export function releaseForsaken(key: ObjectRef, view: ClusterView): Plan {
  const pod = view.get<Pod>('v1', 'Pod', key.namespace, key.name);
  if (pod === undefined || !isForsaken(pod, view)) return emptyPlan;
  return { changes: [{ type: 'update', scope: 'spec', object: withoutTracking(pod) }], events: [] };
}
