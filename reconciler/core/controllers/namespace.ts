/** Deletes a namespace: first what is in it, then itself. */
import type { Namespace, NamespaceCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KindInfo, type KindTable, apiVersionOf } from '../../../schemas/kinds.ts';
import { withCondition } from '../model/conditions.ts';
import type { Controller, PlanContext, Refusal } from '../model/controller.ts';
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

export const namespaceController: Controller = { name: 'namespace-controller', keysFor, plan, refused };

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
  const content = contentOf(key.name, view);
  if (content.length === 0) return { changes: [finalized(namespace)], events: [] };
  const deletions = deletionsOf(content);
  // What this plan deletes is not reported as remaining: most of it is gone with the commit.
  if (deletions.length > 0) return { changes: deletions, events: [] };
  return statusChange(namespace, terminatingStatus(namespace, content, undefined, context.nowMs));
}

/** Something cannot be deleted: what comes before it goes, and the namespace says what is in the way. */
function refused(
  key: ObjectRef,
  { plan: wanted, change, problem }: Refusal,
  view: ClusterView,
  { nowMs }: PlanContext,
): Plan {
  const namespace = view.get<Namespace>('v1', 'Namespace', '', key.name);
  const taken = wanted.changes.slice(0, wanted.changes.indexOf(change));
  if (namespace === undefined || taken.length > 0) return { changes: taken, events: [] };
  return statusChange(
    namespace,
    terminatingStatus(namespace, contentOf(key.name, view), problem.message, nowMs),
  );
}

function contentOf(namespace: string, view: ClusterView): readonly Content[] {
  return namespacedKindsOf(view.kinds)
    .map((info) => ({ info, objects: view.list<KubeObject>(apiVersionOf(info), info.kind, namespace) }))
    .filter(({ objects }) => objects.length > 0);
}

/**
 * Pods first: as long as any of them runs it may need what else is in the namespace, a policy that confines it above
 * all (KEP-5080).
 */
function deletionsOf(content: readonly Content[]): readonly Change[] {
  const pods = content.filter(({ info }) => info.kind === 'Pod' && info.group === '');
  return (pods.length > 0 ? pods : content)
    .flatMap(({ objects }) => objects)
    .filter((object) => object.metadata.deletionTimestamp === undefined)
    .slice(0, deletionsPerPlan)
    .map((object) => ({
      type: 'delete',
      ref: refOf(object),
      uid: object.metadata.uid ?? '',
      propagation: 'Background',
    }));
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

/** A condition of a namespace that ends: what it says while all is well, and what is said against it. */
interface Ending {
  readonly type: string;
  readonly wellReason: string;
  readonly wellMessage: string;
  readonly reason: string;
}

const endings = {
  discovery: {
    type: 'NamespaceDeletionDiscoveryFailure',
    wellReason: 'ResourcesDiscovered',
    wellMessage: 'All resources successfully discovered',
    reason: 'DiscoveryFailed',
  },
  versions: {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    wellReason: 'ParsedGroupVersions',
    wellMessage: 'All legacy kube types successfully parsed',
    reason: 'GroupVersionParsingFailed',
  },
  deletion: {
    type: 'NamespaceDeletionContentFailure',
    wellReason: 'ContentDeleted',
    wellMessage: 'All content successfully deleted, may be waiting on finalization',
    reason: 'ContentDeletionFailed',
  },
  content: {
    type: 'NamespaceContentRemaining',
    wellReason: 'ContentRemoved',
    wellMessage: 'All content successfully removed',
    reason: 'SomeResourcesRemain',
  },
  finalizers: {
    type: 'NamespaceFinalizersRemaining',
    wellReason: 'ContentHasNoFinalizers',
    wellMessage: 'All content-preserving finalizers finished',
    reason: 'SomeFinalizersRemain',
  },
} satisfies Readonly<Record<string, Ending>>;

type Problems = { readonly [K in keyof typeof endings]?: string };

/** What still has to end, counted by resource and by finalizer, in Kubernetes' words; and what cannot be deleted. */
function terminatingStatus(
  namespace: Namespace,
  content: readonly Content[],
  refusal: string | undefined,
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
  const problems: Problems = {
    content: `Some resources are remaining: ${resources.sort().join(', ')}`,
    ...(finalizers.length === 0
      ? {}
      : { finalizers: `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}` }),
    ...(refusal === undefined
      ? {}
      : { deletion: `Failed to delete all resource types, 1 remaining: ${refusal}` }),
  };
  let conditions: readonly NamespaceCondition[] = namespace.status?.conditions ?? [];
  for (const [name, ending] of Object.entries(endings)) {
    const problem = problems[name as keyof Problems];
    const { type, reason, wellReason, wellMessage } = ending;
    const next =
      problem === undefined
        ? { type, status: 'False', reason: wellReason, message: wellMessage }
        : { type, status: 'True', reason, message: problem };
    conditions = withCondition(conditions, next, formatTime(nowMs));
  }
  return { phase: 'Terminating', conditions };
}
