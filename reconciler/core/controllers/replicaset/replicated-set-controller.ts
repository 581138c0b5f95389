/** Keeps as many pods as a set asks for: creates what lacks, removes what is too many, counts the rest. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller, PlanContext, Refusal } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { selects } from '../../model/label-selector.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import { isPodActive, isPodTerminal } from '../../model/pod-status.ts';
import { seededName } from '../../model/seeded-suffix.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { type Claim, claim, controllerOf, controllerRefs, isControlledBy, isOwnedBy } from '../owner.ts';
import { podFromTemplate } from '../pod-from-template.ts';
import { isNamespaceEnding, takenChanges } from '../refusal.ts';
import { deletionOrder } from './deletion-order.ts';
import { getSet, listSets, type ReplicatedKind, type ReplicatedSet, selectorOf } from './replicated-set.ts';
import { type SetPods, setStatus } from './status.ts';

/** Pods created or deleted by one plan, as Kubernetes' burstReplicas: bounds the size of one commit. */
const burstPods = 500;

/** The controller of one of the two kinds. */
export function replicatedSetController(kind: ReplicatedKind): Controller {
  return {
    name: kind.controllerName,
    keysFor: (change, view) => keysFor(kind, change, view),
    plan: (key, view, context) => plan(kind, key, view, context),
    refused: (key, refusal, view, context) => refused(kind, key, refusal, view, context),
  };
}

function keysFor(kind: ReplicatedKind, change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (change.ref.apiVersion === kind.apiVersion && change.ref.kind === kind.kind) return [change.ref];
  if (change.ref.apiVersion !== 'v1' || change.ref.kind !== 'Pod') return [];
  const owners = controllerRefs([change.before, change.after], kind.apiVersion, kind.kind);
  if (change.after === undefined || controllerOf(change.after) !== undefined) return owners;
  const labels = change.after.metadata.labels;
  const takers = listSets(kind, view, change.ref.namespace).filter((set) => selects(selectorOf(set), labels));
  return [...owners, ...takers.map(refOf)];
}

function plan(kind: ReplicatedKind, key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const set = getSet(kind, view, key);
  if (set?.spec === undefined) return emptyPlan;
  const { claimed, pods } = podsOf(set, view);
  if (claimed.changes.length > 0) return { changes: claimed.changes, events: [] };
  const moved =
    set.metadata.deletionTimestamp === undefined ? scale(kind, set, pods.active, view, context) : emptyPlan;
  const { status, nextInMs } = setStatus(kind, set, pods, undefined, context.nowMs);
  const changes = [...moved.changes, ...statusChange(set, status)];
  return { changes, events: moved.events, ...(nextInMs === undefined ? {} : { requeueAfterMs: nextInMs }) };
}

/** What is created before the refusal stays created; the refusal becomes the condition ReplicaFailure. */
function refused(
  kind: ReplicatedKind,
  key: ObjectRef,
  refusal: Refusal,
  view: ClusterView,
  { nowMs }: PlanContext,
): Plan {
  const set = getSet(kind, view, key);
  const { type } = refusal.change;
  if (set === undefined || type === 'update' || isNamespaceEnding(refusal)) return emptyPlan;
  const { message } = refusal.problem;
  const reason = type === 'create' ? 'FailedCreate' : 'FailedDelete';
  const taken = takenChanges(refusal);
  const { status } = setStatus(kind, set, podsOf(set, view).pods, { reason, message }, nowMs);
  const verb = type === 'create' ? 'creating' : 'deleting';
  return {
    changes: [...taken, ...statusChange(set, status)],
    // One event per change, in their order.
    events: [
      ...refusal.plan.events.slice(0, taken.length),
      eventsOf(kind.controllerName).warning(set, reason, `Error ${verb}: ${message}`),
    ],
  };
}

function statusChange(set: ReplicatedSet, status: ReplicatedSet['status']): readonly Change[] {
  if (sameJson(status, set.status)) return [];
  return [{ type: 'update', scope: 'status', object: { ...set, status } as ReplicatedSet }];
}

/** The set's own pods and what it adopts and releases. Pods that have ended are neither adopted nor released. */
function podsOf(
  set: ReplicatedSet,
  view: ClusterView,
): { readonly claimed: Claim<Pod>; readonly pods: SetPods } {
  const selector = selectorOf(set) ?? {};
  const leaving = set.metadata.deletionTimestamp !== undefined;
  const candidates: Pod[] = [];
  let terminating = 0;
  for (const object of view.ownedBy(set.metadata.uid ?? '')) {
    if (object.kind !== 'Pod') continue;
    const pod = object as Pod;
    // Who controls the active ones is asked once, by the claim: there may be ten thousand.
    if (isPodActive(pod)) candidates.push(pod);
    else if (isPodTerminal(pod) || !isControlledBy(pod, set)) continue;
    else if (leaving || selects(selector, pod.metadata.labels)) terminating += 1;
  }
  for (const pod of leaving ? [] : view.podsWithoutController(set.metadata.namespace ?? ''))
    if (isPodActive(pod) && !isOwnedBy(pod, set)) candidates.push(pod);
  const claimed = claim(set, selector, candidates);
  return { claimed, pods: { active: claimed.owned, terminating } };
}

/** Creations or deletions that bring `pods` to the wanted number. */
function scale(
  kind: ReplicatedKind,
  set: ReplicatedSet,
  pods: readonly Pod[],
  view: ClusterView,
  context: PlanContext,
): Plan {
  const surplus = pods.length - (set.spec?.replicas ?? 1);
  if (surplus < 0) return creations(kind, set, Math.min(-surplus, burstPods), view, context);
  if (surplus === 0) return emptyPlan;
  const victims = deletionOrder(pods, podsPerNode(set, view), context.nowMs).slice(
    0,
    Math.min(surplus, burstPods),
  );
  const events = eventsOf(kind.controllerName);
  return {
    changes: victims.map((pod) => ({ type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' })),
    events: victims.map((pod) =>
      events.normal(set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name ?? ''}`),
    ),
  };
}

function creations(
  kind: ReplicatedKind,
  set: ReplicatedSet,
  count: number,
  view: ClusterView,
  context: PlanContext,
): Plan {
  const events = eventsOf(kind.controllerName);
  const changes: Change[] = [];
  const told: EventRecord[] = [];
  const names = new Set<string>();
  const { name: setName = '', namespace = '' } = set.metadata;
  const generateName = `${setName}-`;
  for (let attempt = 0; changes.length < count; attempt++) {
    const name = seededName(generateName, context.seed, attempt);
    if (names.has(name) || view.get<Pod>('v1', 'Pod', namespace, name) !== undefined) continue;
    names.add(name);
    changes.push({
      type: 'create',
      object: podFromTemplate(set, set.spec?.template, { name, generateName }),
    });
    told.push(events.normal(set, 'SuccessfulCreate', `Created pod: ${name}`));
  }
  return { changes, events: told };
}

/** Pods per node of this set and its siblings: where many stand, one more or less matters least. */
function podsPerNode(set: ReplicatedSet, view: ClusterView): ReadonlyMap<string, number> {
  const owner = controllerOf(set);
  const siblings = owner === undefined ? [set] : view.ownedBy(owner.uid);
  const counts = new Map<string, number>();
  for (const sibling of siblings) {
    for (const object of view.ownedBy(sibling.metadata.uid ?? '')) {
      const pod = object as Pod;
      if (object.kind !== 'Pod' || !isPodActive(pod)) continue;
      const node = pod.spec?.nodeName ?? '';
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return counts;
}
