/**
 * Deployment: a ReplicaSet per template, and pods moved from the old to the new one as the strategy says.
 * One planning makes one step; the status of the step's sets calls for the next.
 */
import type {
  Deployment,
  DeploymentStatus,
  ReplicaSet,
} from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Controller, PlanContext, Refusal } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { selectsEverything } from '../../../../schemas/validation/label-selector.ts';
import { selects } from '../../model/label-selector.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { type Claim, claim, controllerOf, controllerRefs } from '../owner.ts';
import { isNamespaceEnding } from '../refusal.ts';
import { renewedSets, revisionAnnotation } from './annotations.ts';
import { forgottenSets } from './history.ts';
import { newReplicaSet } from './new-replica-set.ts';
import {
  deadlineCheckMs,
  heldStatus,
  isComplete,
  isResuming,
  refusedStatus,
  resumedStatus,
  rolloutStatus,
} from './progress.ts';
import { oldPodsGone, recreate } from './recreate.ts';
import { rollingUpdate } from './rolling-update.ts';
import {
  type Rollout,
  type SetChanges,
  allSets,
  isRolling,
  nameOf,
  noSetChanges,
  rolloutOf,
  sizeOf,
} from './rollout.ts';
import { isScaling, scale } from './scale.ts';

const controllerName = 'deployment-controller';
const events = eventsOf(controllerName);

export const deploymentController: Controller = { name: controllerName, keysFor, plan, refused };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { apiVersion, kind, namespace } = change.ref;
  if (apiVersion === 'apps/v1' && kind === 'Deployment') return [change.ref];
  if (apiVersion === 'apps/v1' && kind === 'ReplicaSet') {
    const owners = controllerRefs([change.before, change.after], 'apps/v1', 'Deployment');
    if (change.after === undefined || controllerOf(change.after) !== undefined) return owners;
    const labels = change.after.metadata.labels;
    const takers = view
      .list<Deployment>('apps/v1', 'Deployment', namespace)
      .filter((one) => selects(one.spec?.selector, labels));
    return [...owners, ...takers.map(refOf)];
  }
  // Recreate waits for the end of the last old pod, which no ReplicaSet's status tells.
  if (apiVersion !== 'v1' || kind !== 'Pod' || change.before === undefined) return [];
  const sets = controllerRefs([change.before], 'apps/v1', 'ReplicaSet');
  const known = sets.map((ref) => view.get<ReplicaSet>('apps/v1', 'ReplicaSet', ref.namespace, ref.name));
  const owners = controllerRefs(known, 'apps/v1', 'Deployment');
  return owners.filter(
    (ref) =>
      view.get<Deployment>('apps/v1', 'Deployment', ref.namespace, ref.name)?.spec?.strategy?.type ===
      'Recreate',
  );
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const deployment = view.get<Deployment>('apps/v1', 'Deployment', key.namespace, key.name);
  const spec = deployment?.spec;
  if (deployment === undefined || spec === undefined) return emptyPlan;
  if (selectsEverything(spec.selector)) return refuseToSelectEverything(deployment);
  const claimed = setsOf(deployment, view);
  if (claimed.changes.length > 0) return { changes: claimed.changes, events: [] };
  const rollout = rolloutOf(deployment, spec, claimed.owned, view, context.nowMs);
  if (deployment.metadata.deletionTimestamp !== undefined) return statusOnly(rollout, heldStatus(rollout));
  if (isResuming(rollout)) return statusOnly(rollout, resumedStatus(rollout));
  const held = spec.paused === true || isScaling(rollout);
  const step = held
    ? { ...scale(rollout), forget: spec.paused === true ? forgottenSets(rollout) : [] }
    : nextStep(rollout);
  if ('collidesWith' in step) return collision(rollout);
  const status = held ? heldStatus(rollout) : rolloutStatus(rollout, step.create?.metadata.name);
  const sets = changesOf(rollout, step);
  const own =
    step.create === undefined
      ? ownChange(rollout, status, sets.revision)
      : statusOnly(rollout, status).changes;
  const wakeMs = deadlineCheckMs(rollout, status);
  return {
    changes: [...sets.changes, ...own],
    events: sets.events,
    ...(wakeMs === undefined ? {} : { requeueAfterMs: wakeMs }),
  };
}

/** Sets of the Deployment, and orphans of its labels that it adopts; sets of others are not looked at. */
function setsOf(deployment: Deployment, view: ClusterView): Claim<ReplicaSet> {
  const owned = view
    .ownedBy(deployment.metadata.uid ?? '')
    .filter((object): object is ReplicaSet => object.kind === 'ReplicaSet');
  const orphans = view
    .list<ReplicaSet>('apps/v1', 'ReplicaSet', deployment.metadata.namespace ?? '')
    .filter((set) => controllerOf(set) === undefined);
  return claim(deployment, deployment.spec?.selector ?? {}, [...new Set([...owned, ...orphans])]);
}

/** A new set that the API refuses is told by the condition Progressing; until it is made, nothing else moves. */
function refused(key: ObjectRef, refusal: Refusal, view: ClusterView, context: PlanContext): Plan {
  const deployment = view.get<Deployment>('apps/v1', 'Deployment', key.namespace, key.name);
  const { change, problem } = refusal;
  if (deployment?.spec === undefined || change.type !== 'create' || isNamespaceEnding(refusal))
    return emptyPlan;
  const { spec } = deployment;
  const claimed = setsOf(deployment, view);
  const rollout = rolloutOf(deployment, spec, claimed.owned, view, context.nowMs);
  const name = refOf(change.object).name;
  const message = `Failed to create new replica set "${name}": ${problem.message}`;
  return {
    ...statusOnly(rollout, refusedStatus(rollout, name, problem.message)),
    events: [events.warning(deployment, 'ReplicaSetCreateError', message)],
  };
}

/** One step of the strategy: make the new set, or move pods, or forget what is beyond the history limit. */
function nextStep(rollout: Rollout): SetChanges | { readonly collidesWith: string } {
  const rolling = isRolling(rollout.spec);
  if (rollout.newSet === undefined && (rolling || oldPodsGone(rollout))) {
    const made = newReplicaSet(rollout);
    return 'set' in made ? { ...noSetChanges, create: made.set } : made;
  }
  const moved = rolling ? rollingUpdate(rollout) : recreate(rollout);
  const complete = isComplete(rollout, rollout.deployment.status ?? {});
  return complete ? { ...moved, forget: forgottenSets(rollout) } : moved;
}

interface SetOutcome {
  readonly changes: readonly Change[];
  readonly events: readonly EventRecord[];
  /** Revision of the new set after these changes. */
  readonly revision: string | undefined;
}

function changesOf(rollout: Rollout, step: SetChanges): SetOutcome {
  const changes: Change[] = [];
  const told: EventRecord[] = [];
  const tell = (set: ReplicaSet, from: number, to: number): void => {
    if (from === to) return;
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${nameOf(set)} from ${from} to ${to}`;
    told.push(events.normal(rollout.deployment, 'ScalingReplicaSet', message));
  };
  if (step.create !== undefined) {
    changes.push({ type: 'create', object: step.create });
    tell(step.create, 0, sizeOf(step.create));
  }
  const forgotten = new Set(step.forget ?? []);
  for (const set of forgotten) {
    changes.push({ type: 'delete', ref: refOf(set), uid: set.metadata.uid ?? '', propagation: 'Background' });
  }
  const before = allSets(rollout);
  let revision: string | undefined;
  for (const [index, set] of renewedSets(rollout, step.sizes).entries()) {
    const was = before[index];
    if (was === rollout.newSet) revision = set.metadata.annotations?.[revisionAnnotation];
    if (was === undefined || forgotten.has(was) || sameJson(was, set)) continue;
    changes.push({ type: 'update', scope: 'spec', object: set });
    tell(set, sizeOf(was), sizeOf(set));
  }
  return { changes, events: told, revision };
}

/**
 * The Deployment's own change: its revision follows that of the new set, else its status is written. With a set
 * that the same plan makes goes the status, because the deadline counts from it; the revision comes after.
 */
function ownChange(
  rollout: Rollout,
  status: DeploymentStatus,
  revision: string | undefined,
): readonly Change[] {
  const { deployment } = rollout;
  if (revision === undefined || deployment.metadata.annotations?.[revisionAnnotation] === revision) {
    return statusOnly(rollout, status).changes;
  }
  const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision };
  return [
    {
      type: 'update',
      scope: 'spec',
      object: { ...deployment, metadata: { ...deployment.metadata, annotations } },
    },
  ];
}

function statusOnly(rollout: Rollout, status: DeploymentStatus): Plan {
  if (sameJson(status, rollout.deployment.status)) return emptyPlan;
  const object: Deployment = { ...rollout.deployment, status };
  return { changes: [{ type: 'update', scope: 'status', object }], events: [] };
}

/** Another template has the name that this one's hash gives: hash anew, with the count in it. */
function collision(rollout: Rollout): Plan {
  const status = {
    ...rollout.deployment.status,
    collisionCount: (rollout.deployment.status?.collisionCount ?? 0) + 1,
  };
  return statusOnly(rollout, status);
}

function refuseToSelectEverything(deployment: Deployment): Plan {
  const generation = deployment.metadata.generation ?? 0;
  if ((deployment.status?.observedGeneration ?? 0) >= generation) return emptyPlan;
  const status = { ...deployment.status, observedGeneration: generation };
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  return {
    changes: [{ type: 'update', scope: 'status', object: { ...deployment, status } as Deployment }],
    events: [events.warning(deployment, 'SelectingAll', message)],
  };
}
