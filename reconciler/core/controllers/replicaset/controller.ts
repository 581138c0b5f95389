/** Keeps as many pods as a ReplicaSet asks for: creates what lacks, removes what is too many, counts the rest. */
import type { ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { selects } from '../../model/label-selector.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import { availableInMs, isPodActive } from '../../model/pod-status.ts';
import { seededName } from '../../model/seeded-suffix.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { claim, controllerOf, controllerReference, controllerRefs } from '../owner.ts';
import { deletionOrder } from './deletion-order.ts';
import { replicaSetStatus } from './status.ts';

const controllerName = 'replicaset-controller';
const events = eventsOf(controllerName);

/** Pods created or deleted by one plan, as Kubernetes' burstReplicas: bounds the size of one commit. */
const burstPods = 500;

export const replicaSetController: Controller = { name: controllerName, keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (change.ref.apiVersion === 'apps/v1' && change.ref.kind === 'ReplicaSet') return [change.ref];
  if (change.ref.apiVersion !== 'v1' || change.ref.kind !== 'Pod') return [];
  const owners = controllerRefs([change.before, change.after], 'apps/v1', 'ReplicaSet');
  if (change.after === undefined || controllerOf(change.after) !== undefined) return owners;
  const labels = change.after.metadata.labels;
  const takers = view
    .list<ReplicaSet>('apps/v1', 'ReplicaSet', change.ref.namespace)
    .filter((set) => selects(set.spec?.selector, labels));
  return [...owners, ...takers.map(refOf)];
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const set = view.get<ReplicaSet>('apps/v1', 'ReplicaSet', key.namespace, key.name);
  if (set?.spec === undefined) return emptyPlan;
  const claimed = claim(set, set.spec.selector, view.list<Pod>('v1', 'Pod', key.namespace));
  if (claimed.changes.length > 0) return { changes: claimed.changes, events: [] };
  const pods = claimed.owned.filter(isPodActive);
  const moved = set.metadata.deletionTimestamp === undefined ? scale(set, pods, view, context) : emptyPlan;
  const status = replicaSetStatus(set, pods, context.nowMs);
  const changes = sameJson(status, set.status)
    ? moved.changes
    : [...moved.changes, { type: 'update', scope: 'status', object: { ...set, status } } as const];
  const wakeMs = nextAvailabilityMs(set, pods, context.nowMs);
  return { changes, events: moved.events, ...(wakeMs === undefined ? {} : { requeueAfterMs: wakeMs }) };
}

/** Creations or deletions that bring `pods` to the wanted number. */
function scale(set: ReplicaSet, pods: readonly Pod[], view: ClusterView, context: PlanContext): Plan {
  const surplus = pods.length - (set.spec?.replicas ?? 1);
  if (surplus < 0) return creations(set, Math.min(-surplus, burstPods), view, context);
  if (surplus === 0) return emptyPlan;
  const victims = deletionOrder(pods, podsPerNode(set, view), context.nowMs).slice(
    0,
    Math.min(surplus, burstPods),
  );
  return {
    changes: victims.map((pod) => ({ type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' })),
    events: victims.map((pod) =>
      events.normal(set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name ?? ''}`),
    ),
  };
}

function creations(set: ReplicaSet, count: number, view: ClusterView, context: PlanContext): Plan {
  const changes: Change[] = [];
  const told: EventRecord[] = [];
  const names = new Set<string>();
  const namespace = set.metadata.namespace ?? '';
  for (let attempt = 0; changes.length < count; attempt++) {
    const name = seededName(`${set.metadata.name ?? ''}-`, context.seed, attempt);
    if (names.has(name) || view.get<Pod>('v1', 'Pod', namespace, name) !== undefined) continue;
    names.add(name);
    changes.push({ type: 'create', object: podFrom(set, namespace, name) });
    told.push(events.normal(set, 'SuccessfulCreate', `Created pod: ${name}`));
  }
  return { changes, events: told };
}

function podFrom(set: ReplicaSet, namespace: string, name: string): Pod {
  const template = set.spec?.template;
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name ?? ''}-`,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(set)],
    },
    ...(template?.spec === undefined ? {} : { spec: template.spec }),
  };
}

/** Pods per node of this set and its siblings: where many stand, one more or less matters least. */
function podsPerNode(set: ReplicaSet, view: ClusterView): ReadonlyMap<string, number> {
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

/** When the next pod becomes available by time alone. */
function nextAvailabilityMs(set: ReplicaSet, pods: readonly Pod[], nowMs: number): number | undefined {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const waits = pods
    .map((pod) => availableInMs(pod, minReadySeconds, nowMs))
    .filter((ms) => ms !== undefined && ms > 0);
  return waits.length === 0 ? undefined : Math.min(...(waits as number[]));
}
