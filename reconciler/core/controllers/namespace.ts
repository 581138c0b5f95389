/** Deletes a namespace: first what is in it, then itself. */
import type { Namespace, NamespaceCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KindInfo, type KindTable, apiVersionOf } from '../../../schemas/kinds.ts';
import { withCondition } from '../model/conditions.ts';
import type { Controller, PlanContext } from '../model/controller.ts';
import { sameJson } from '../model/json.ts';
import { type KubeObject, type ObjectRef, refOf } from '../model/object.ts';
import { type Change, type Plan, emptyPlan } from '../model/plan.ts';
import { formatTime } from '../model/time.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';

/** The finalizer in `spec.finalizers` that stands for the namespace's content. */
const contentFinalizer = 'kubernetes';

/** Objects deleted by one plan: bounds the size of one commit. */
const deletionsPerPlan = 500;

const namespacedKinds = new WeakMap<KindTable, readonly KindInfo[]>();

/** What a namespace may hold, custom kinds among it; of a kind with several versions the first one stands for all. */
function namespacedKindsOf(table: KindTable): readonly KindInfo[] {
  const known = namespacedKinds.get(table);
  if (known !== undefined) return known;
  const listed = table.all.filter((info) => info.namespaced && info.verbs.includes('list'));
  const unique = new Map(listed.toReversed().map((info) => [`${info.group}/${info.kind}`, info]));
  const found = listed.filter((info) => unique.get(`${info.group}/${info.kind}`) === info);
  namespacedKinds.set(table, found);
  return found;
}

export const namespaceController: Controller = { name: 'namespace-controller', keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (change.ref.apiVersion === 'v1' && change.ref.kind === 'Namespace') return [change.ref];
  if (change.ref.namespace === '') return [];
  const namespace = view.get<Namespace>('v1', 'Namespace', '', change.ref.namespace);
  return namespace?.metadata.deletionTimestamp === undefined ? [] : [refOf(namespace)];
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const namespace = view.get<Namespace>('v1', 'Namespace', '', key.name);
  if (namespace === undefined) return emptyPlan;
  if (namespace.metadata.deletionTimestamp === undefined) return statusChange(namespace, { phase: 'Active' });
  if (!(namespace.spec?.finalizers ?? []).includes(contentFinalizer)) return emptyPlan;
  const content = namespacedKindsOf(view.kinds)
    .map((info) => ({ info, objects: view.list<KubeObject>(apiVersionOf(info), info.kind, key.name) }))
    .filter(({ objects }) => objects.length > 0);
  if (content.length === 0) return { changes: [finalized(namespace)], events: [] };
  const remaining = content.flatMap(({ objects }) => objects);
  const deletions = remaining
    .filter((object) => object.metadata.deletionTimestamp === undefined)
    .slice(0, deletionsPerPlan)
    .map(
      (object): Change => ({
        type: 'delete',
        ref: refOf(object),
        uid: object.metadata.uid ?? '',
        propagation: 'Background',
      }),
    );
  // What this plan deletes is not reported as remaining: most of it is gone with the commit.
  const status =
    deletions.length > 0
      ? emptyPlan
      : statusChange(namespace, terminatingStatus(namespace, content, context.nowMs));
  return { changes: [...deletions, ...status.changes], events: [] };
}

function statusChange(namespace: Namespace, status: NonNullable<Namespace['status']>): Plan {
  const next = { ...namespace.status, ...status };
  if (sameJson(next, namespace.status)) return emptyPlan;
  const object: Namespace = { ...namespace, status: next };
  return { changes: [{ type: 'update', scope: 'status', object }], events: [] };
}

/** The content is gone; with the last finalizer the namespace goes too. */
function finalized(namespace: Namespace): Change {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((name) => name !== contentFinalizer);
  const object: Namespace = { ...namespace, spec: { ...namespace.spec, finalizers } };
  return { type: 'update', scope: 'spec', subresource: 'finalize', object };
}

interface Content {
  readonly info: KindInfo;
  readonly objects: readonly KubeObject[];
}

/** What still has to end, counted by resource and by finalizer, in Kubernetes' words. */
function terminatingStatus(
  namespace: Namespace,
  content: readonly Content[],
  nowMs: number,
): NonNullable<Namespace['status']> {
  const resources = content.map(
    ({ info, objects }) => `${info.plural}.${info.group} has ${objects.length} resource instances`,
  );
  const held = content.flatMap(({ objects }) =>
    objects.flatMap((object) => object.metadata.finalizers ?? []),
  );
  const holders = [...Map.groupBy(held, (name) => name)].sort(([left], [right]) => (left < right ? -1 : 1));
  const finalizers = holders.map(([name, all]) => `${name} in ${all.length} resource instances`);
  const now = formatTime(nowMs);
  const add = (
    conditions: readonly NamespaceCondition[],
    type: string,
    reason: string,
    message: string,
  ): readonly NamespaceCondition[] =>
    withCondition(conditions, { type, status: 'True', reason, message }, now);
  let conditions = add(
    namespace.status?.conditions ?? [],
    'NamespaceContentRemaining',
    'SomeResourcesRemain',
    `Some resources are remaining: ${resources.sort().join(', ')}`,
  );
  if (finalizers.length > 0) {
    const message = `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`;
    conditions = add(conditions, 'NamespaceFinalizersRemaining', 'SomeFinalizersRemain', message);
  }
  return { phase: 'Terminating', conditions };
}
