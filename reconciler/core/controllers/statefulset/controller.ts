/**
 * StatefulSet: pods with names, each the only bearer of its own. They are made in order and removed the other way round,
 * or side by side where the set allows it, with claims of their own that outlive them.
 */
import type { ControllerRevision, StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller, PlanContext, Refusal } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type Plan, emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import {
  currentRevision,
  forgetRevision,
  ownersOfRevision,
  revisionsOf,
} from '../controller-revision/revision.ts';
import { type Claim, claim, controllerRefs } from '../owner.ts';
import { isNamespaceEnding, takenChanges } from '../refusal.ts';
import { memberOf, revisionOfPod } from './identity.ts';
import { keepReplicas, removeCondemned } from './replicas.ts';
import { rollingUpdate } from './rolling-update.ts';
import { type Rollout, rolloutOf } from './rollout.ts';
import { statefulSetStatus } from './status.ts';
import { controllerName, toldOf, toldRefusal } from './told.ts';

/** The label that bears a revision's hash. */
const hashLabel = 'controller.kubernetes.io/hash';
const historyLimitDefault = 10;

/** Changes of pods and claims in one plan, as Kubernetes' batches: bounds the size of one commit. */
const burstChanges = 500;

export const statefulSetController: Controller = { name: controllerName, keysFor, plan, refused };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { apiVersion, kind } = change.ref;
  if (apiVersion === 'apps/v1' && kind === 'StatefulSet') return [change.ref];
  if (apiVersion === 'apps/v1' && kind === 'ControllerRevision')
    return ownersOfRevision(change, 'StatefulSet', view);
  if (apiVersion !== 'v1') return [];
  if (kind === 'PersistentVolumeClaim') return setsOfClaim(change, view);
  if (kind !== 'Pod') return [];
  // A namesake that is no member holds the name all the same, and may be adopted.
  const named = memberOf(change.ref.name)?.set;
  return [
    ...controllerRefs([change.before, change.after], 'apps/v1', 'StatefulSet'),
    ...(named === undefined ? [] : setNamed(change.ref.namespace, named, view)),
  ];
}

function setNamed(namespace: string, name: string, view: ClusterView): readonly ObjectRef[] {
  const set = view.get<StatefulSet>('apps/v1', 'StatefulSet', namespace, name);
  return set === undefined ? [] : [refOf(set)];
}

/** Sets that wait for a claim to go, or whose policy owns it; a claim that is merely bound is nobody's business here. */
function setsOfClaim({ ref, before, after }: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const same =
    before !== undefined &&
    after !== undefined &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    sameJson(before.metadata.ownerReferences, after.metadata.ownerReferences);
  const stem = same ? undefined : memberOf(ref.name)?.set;
  if (stem === undefined) return [];
  // `TEMPLATE-SET`, either of which may have dashes of its own.
  const parts = stem.split('-');
  return parts
    .slice(1)
    .flatMap((_, index) => setNamed(ref.namespace, parts.slice(index + 1).join('-'), view));
}

function plan(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext): Plan {
  const set = view.get<StatefulSet>('apps/v1', 'StatefulSet', key.namespace, key.name);
  if (set?.spec === undefined) return emptyPlan;
  const history = revisionsOf(set, view);
  const claimed = podsOf(set, view);
  const claims = [...history.changes, ...claimed.changes];
  if (claims.length > 0) return { changes: claims, events: [] };
  const found = currentRevision(set, history.owned, hashLabel, set.status?.collisionCount ?? 0, view);
  const leaving = set.metadata.deletionTimestamp !== undefined;
  // Whoever takes the set apart has begun with its revisions: they are not made anew.
  if (leaving && found.changes.length > 0) return emptyPlan;
  const current =
    history.owned.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? found.revision;
  const rollout = rolloutOf(set, { current, update: found.revision }, claimed.owned, view, nowMs);
  const moved = leaving ? [] : nextChanges(rollout).slice(0, burstChanges);
  const unused = leaving ? [] : forgotten(rollout, history.owned, claimed.owned);
  const { status, nextInMs } = statefulSetStatus(rollout, found.collisions);
  const changes: readonly Change[] = [
    ...found.changes,
    ...moved,
    ...unused.map(forgetRevision),
    ...(sameJson(status, set.status)
      ? []
      : [{ type: 'update', scope: 'status', object: { ...set, status } as StatefulSet } as const]),
  ];
  const wake = nextInMs === undefined ? {} : { requeueAfterMs: nextInMs };
  return { changes, events: toldOf(set, moved, view), ...wake };
}

/** Pods of the set, and those of its names and labels that it adopts. */
function podsOf(set: StatefulSet, view: ClusterView): Claim<Pod> {
  const owned = view.ownedBy(set.metadata.uid ?? '').filter((object): object is Pod => object.kind === 'Pod');
  const orphans = view
    .podsWithoutController(set.metadata.namespace ?? '')
    .filter((pod) => memberOf(pod.metadata.name ?? '')?.set === set.metadata.name);
  return claim(set, set.spec?.selector ?? {}, [...new Set([...owned, ...orphans])]);
}

/** The steps in their order: replicas first, then scaling down, then the update; the first that stops ends them. */
function nextChanges(rollout: Rollout): readonly Change[] {
  const changes: Change[] = [];
  for (const step of [keepReplicas, removeCondemned, rollingUpdate]) {
    const { changes: more, stops } = step(rollout);
    changes.push(...more);
    if (stops) break;
    // Side by side, a pod must not be changed by two steps of one plan.
    if (more.length > 0) break;
  }
  return changes;
}

/** Revisions beyond the limit that no pod and no update uses, the oldest first. */
function forgotten(
  { set, current, update }: Rollout,
  revisions: readonly ControllerRevision[],
  pods: readonly Pod[],
): readonly ControllerRevision[] {
  const used = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOfPod)]);
  const unused = revisions.filter(({ metadata }) => !used.has(metadata.name));
  const limit = set.spec?.revisionHistoryLimit ?? historyLimitDefault;
  return unused.slice(0, Math.max(0, unused.length - limit));
}

/** What comes before the refusal is made; the refusal is told, and the status as it is. */
function refused(key: ObjectRef, refusal: Refusal, view: ClusterView): Plan {
  const set = view.get<StatefulSet>('apps/v1', 'StatefulSet', key.namespace, key.name);
  const { change, plan: planned, problem } = refusal;
  if (set === undefined || isNamespaceEnding(refusal)) return emptyPlan;
  const told = toldRefusal(set, change, problem.message);
  // Without its revision the status would name what is not there.
  if (told.length === 0) return emptyPlan;
  const taken = takenChanges(refusal);
  const own = planned.changes.filter((one) => one.type === 'update' && one.object.kind === 'StatefulSet');
  return { changes: [...taken, ...own], events: [...toldOf(set, taken, view), ...told] };
}
