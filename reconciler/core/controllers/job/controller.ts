/**
 * Runs a Job's pods to completion: makes and replaces them, counts each once, and says how the job ended. Counting a
 * pod and letting go of it is one commit, so that no list of uncounted pods is needed.
 */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller, PlanContext, Refusal } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type Plan, type UpdateChange, emptyPlan } from '../../model/plan.ts';
import { isPodDeleted, isPodTerminal } from '../../model/pod-status.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { claim, controllerOf, controllerRefs } from '../owner.ts';
import { endOf } from './job-conditions.ts';
import { isTracked, withoutTracking, withTracking } from './job-pods.ts';
import { adopters, isForsaken, isManagedElsewhere, releaseForsaken } from './orphan-pods.ts';
import { reconciled } from './reconcile.ts';
import { podsPerPlan } from './scaling.ts';

const events = eventsOf('job-controller');

export const jobController: Controller = { name: 'job-controller', keysFor, plan, refused };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { ref, before, after } = change;
  if (ref.apiVersion === 'batch/v1' && ref.kind === 'Job') {
    if (after !== undefined) return [ref];
    const left = view.ownedBy(before?.metadata.uid ?? '').filter((object) => object.kind === 'Pod');
    return left.filter(isTracked).map(refOf);
  }
  if (ref.apiVersion !== 'v1' || ref.kind !== 'Pod') return [];
  const owners = controllerRefs([before, after], 'batch/v1', 'Job');
  if (after === undefined) return owners;
  const pod = after as Pod;
  const takers = controllerOf(pod) === undefined ? adopters(pod, view).map(refOf) : [];
  return [...owners, ...takers, ...(isForsaken(pod, view) ? [ref] : [])];
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  if (key.kind === 'Pod') return releaseForsaken(key, view);
  const job = view.get<Job>('batch/v1', 'Job', key.namespace, key.name);
  if (job?.spec === undefined || isManagedElsewhere(job)) return emptyPlan;
  const owned = view.ownedBy(job.metadata.uid ?? '').filter(isPod);
  if (endOf(job) !== undefined) return letGo(owned);
  const claimed = claimPods(job, owned, view);
  if (claimed.changes.length > 0) return { changes: claimed.changes, events: [] };
  return reconciled(job, claimed.owned, view, context);
}

function isPod(object: KubeObject): object is Pod {
  return object.apiVersion === 'v1' && object.kind === 'Pod';
}

/** What is left of a finished job is counted, and is nobody's to hold. */
function letGo(pods: readonly Pod[]): Plan {
  const held = pods.filter(isTracked).slice(0, podsPerPlan);
  return {
    changes: held.map((pod) => ({ type: 'update', scope: 'spec', object: withoutTracking(pod) })),
    events: [],
  };
}

interface ClaimedPods {
  readonly owned: readonly Pod[];
  readonly changes: readonly UpdateChange[];
}

/** Adoption brings the finalizer with it, release takes it away. */
function claimPods(job: Job, owned: readonly Pod[], view: ClusterView): ClaimedPods {
  const orphans = view.podsWithoutController(job.metadata.namespace ?? '');
  const claimed = claim(job, job.spec?.selector ?? {}, [...owned, ...orphans]);
  const changes = claimed.changes.map((change) => {
    const isOurs = controllerOf(change.object)?.uid === job.metadata.uid;
    return { ...change, object: isOurs ? withTracking(change.object) : withoutTracking(change.object) };
  });
  return { owned: claimed.owned, changes };
}

/** The plan up to the first pod that was refused, and the refusal as an event. */
function refused(key: ObjectRef, { plan, change, problem }: Refusal, view: ClusterView): Plan {
  const job = view.get<Job>('batch/v1', 'Job', key.namespace, key.name);
  if (job === undefined || change.type !== 'create') return emptyPlan;
  const at = plan.changes.indexOf(change);
  const dropped = plan.changes.slice(at).flatMap((one) => (one.type === 'create' ? [one.object] : []));
  const untold = new Set(dropped.map(({ metadata }) => `Created pod: ${metadata.name ?? ''}`));
  const leaving = problem.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
  const kept = plan.changes.slice(0, at);
  return {
    changes: [
      ...kept.flatMap((one) => withFewerActive(one, job, dropped.length)),
      ...(leaving ? letGo(deletedBeside(kept, job, view)).changes : []),
    ],
    events: [
      ...plan.events.filter(({ message }) => !untold.has(message)),
      ...(leaving ? [] : [events.warning(job, 'FailedCreate', `Error creating: ${problem.message}`)]),
    ],
  };
}

/** Pods that wait for the pod in their place, which in a namespace that ends never comes: it would wait for them. */
function deletedBeside(changes: readonly Change[], job: Job, view: ClusterView): readonly Pod[] {
  const changed = new Set(changes.map((one) => (one.type === 'delete' ? one.uid : one.object.metadata.uid)));
  return view
    .ownedBy(job.metadata.uid ?? '')
    .filter(isPod)
    .filter((pod) => isPodDeleted(pod) && isPodTerminal(pod) && !changed.has(pod.metadata.uid));
}

/** The change without the pods that were not made; nothing where it then says what is said already. */
function withFewerActive(change: Change, job: Job, fewer: number): readonly Change[] {
  if (change.type !== 'update' || change.object.kind !== 'Job') return [change];
  const next = change.object as Job;
  const { active = 0, ...status } = next.status ?? {};
  const left = active - fewer;
  const object: Job = { ...next, status: left === 0 ? status : { ...status, active: left } };
  return sameJson(object.status, job.status) && sameJson(object.metadata, job.metadata)
    ? []
    : [{ ...change, object }];
}
