/** What every step of a StatefulSet's planning looks at, read once from the view. */
import type { ControllerRevision, StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Change } from '../../model/plan.ts';
import { availableInMs, isPodDeleted, isPodReady } from '../../model/pod-status.ts';
import type { ClusterView } from '../../model/view.ts';
import { recordedTemplate } from '../controller-revision/revision.ts';
import { isInRange, newPod, ordinalOf, replicasOf, startOrdinal } from './identity.ts';

export interface Rollout {
  readonly set: StatefulSet;
  /** The revision that the set comes from and goes to; the same one outside an update. */
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  /** By index: ordinal less the first one; undefined where the pod is missing. */
  readonly replicas: readonly (Pod | undefined)[];
  /** Pods beyond the range, the largest ordinal first. */
  readonly condemned: readonly Pod[];
  /** One at a time, each after its predecessors: the policy OrderedReady. */
  readonly ordered: boolean;
  readonly view: ClusterView;
  readonly nowMs: number;
}

/** What a step decided. `stops` ends the planning: what follows has to wait for it. */
export interface Step {
  readonly changes: readonly Change[];
  readonly stops: boolean;
}

export const goOn: Step = { changes: [], stops: false };
export const wait: Step = { changes: [], stops: true };

/** The steps' changes together; in order, up to and with the first that stops. */
export function inOrder<T>(items: readonly T[], step: (item: T, index: number) => Step): Step {
  const changes: Change[] = [];
  for (const [index, item] of items.entries()) {
    const { changes: more, stops } = step(item, index);
    changes.push(...more);
    if (stops) return { changes, stops };
  }
  return { changes, stops: false };
}

export function rolloutOf(
  set: StatefulSet,
  revisions: { readonly current: ControllerRevision; readonly update: ControllerRevision },
  pods: readonly Pod[],
  view: ClusterView,
  nowMs: number,
): Rollout {
  const replicas: (Pod | undefined)[] = Array.from({ length: replicasOf(set) }, () => undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod);
    if (isInRange(set, ordinal)) replicas[ordinal - startOrdinal(set)] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((left, right) => ordinalOf(right) - ordinalOf(left));
  const ordered = set.spec?.podManagementPolicy !== 'Parallel';
  return { set, ...revisions, replicas, condemned, ordered, view, nowMs };
}

/** Its containers run and it is ready, whether it is on its way out or not. */
export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

export function isAvailable({ set, nowMs }: Pick<Rollout, 'set' | 'nowMs'>, pod: Pod): boolean {
  return isRunningAndReady(pod) && availableInMs(pod, set.spec?.minReadySeconds ?? 0, nowMs) === 0;
}

/** Missing, on its way out, not running or not long enough ready. */
export function isUnavailable(rollout: Rollout, pod: Pod | undefined): boolean {
  return pod === undefined || isPodDeleted(pod) || !isAvailable(rollout, pod);
}

/** The new pod of an index: of the current revision below the partition, of the update revision from there on. */
export function versionedPod(rollout: Rollout, index: number): Pod {
  const { set, current, update } = rollout;
  const revision = index < currentBelow(set) ? current : update;
  const template = recordedTemplate(revision) ?? set.spec?.template;
  return newPod(set, template, startOrdinal(set) + index, revision.metadata.name ?? '');
}

/** Indexes below this one are kept at the current revision. */
function currentBelow({ spec, status }: StatefulSet): number {
  const strategy = spec?.updateStrategy;
  if ((strategy?.type ?? 'RollingUpdate') !== 'RollingUpdate' && strategy?.rollingUpdate === undefined)
    return 0;
  return strategy?.rollingUpdate === undefined
    ? (status?.currentReplicas ?? 0)
    : (strategy.rollingUpdate.partition ?? 0);
}
