/**
 * Garbage collection by owner references: what nobody owns any more goes; a foreground deletion waits for its
 * dependents; an orphaning one lets them go first.
 */
import type { OwnerReference } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { Controller } from '../model/controller.ts';
import { sameJson } from '../model/json.ts';
import { type KubeObject, type ObjectRef, refOf } from '../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../model/plan.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';
import { eventsOf } from './events.ts';
import { withOwners } from './owner.ts';

const events = eventsOf('garbage-collector-controller');
const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/** Dependents let go by one plan: bounds the size of one commit. */
const orphansPerPlan = 500;

export const garbageCollector: Controller = { name: 'garbage-collector-controller', keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { before, after } = change;
  if (before !== undefined && after !== undefined && standsAlike(before, after)) return [];
  const refs = after !== undefined && (isOwned(after) || isHeld(after)) ? [change.ref] : [];
  const leaving = after === undefined || after.metadata.deletionTimestamp !== undefined;
  const uid = (after ?? before)?.metadata.uid;
  const dependents = leaving && uid !== undefined ? view.ownedBy(uid).map(refOf) : [];
  const references = [before, after].flatMap((object) => object?.metadata.ownerReferences ?? []);
  const owners = references
    .map((reference) => view.byUid(reference.uid))
    .filter((owner) => owner !== undefined && isHeld(owner));
  return [...refs, ...dependents, ...owners.map((owner) => refOf(owner as KubeObject))];
}

/** Whether nothing of the change is of interest here; most changes are of a status. */
function standsAlike({ metadata: was }: KubeObject, { metadata: is }: KubeObject): boolean {
  return (
    was.uid === is.uid &&
    was.deletionTimestamp === is.deletionTimestamp &&
    sameJson(was.ownerReferences, is.ownerReferences) &&
    sameJson(was.finalizers, is.finalizers)
  );
}

function isOwned(object: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).length > 0;
}

/** Being deleted and held by one of the finalizers that are dealt with here. */
function isHeld(object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    (hasFinalizer(object, foreground) || hasFinalizer(object, orphan))
  );
}

function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return (object.metadata.finalizers ?? []).includes(finalizer);
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const object = view.get<KubeObject>(key.apiVersion, key.kind, key.namespace, key.name);
  if (object === undefined) return emptyPlan;
  if (object.metadata.deletionTimestamp === undefined) return collect(object, view);
  if (hasFinalizer(object, orphan)) return { changes: letGo(object, view), events: [] };
  if (hasFinalizer(object, foreground) && blockers(object, view).length === 0) {
    return { changes: [withoutFinalizer(object, foreground)], events: [] };
  }
  return emptyPlan;
}

type OwnerState = 'solid' | 'absent' | 'elsewhere' | 'waiting';

/** What becomes of an object because of the state of its owners. */
function collect(object: KubeObject, view: ClusterView): Plan {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0) return emptyPlan;
  const states = references.map((reference) => ownerState(reference, object, view));
  const told = references
    .filter((_, index) => states[index] === 'elsewhere')
    .map((reference) => invalidNamespace(reference, object));
  const solid = references.filter((_, index) => states[index] === 'solid');
  if (solid.length === references.length) return emptyPlan;
  if (solid.length > 0) return { changes: [withOwners(object, solid)], events: told };
  const dependents = dependentsOf(object, view);
  if (states.includes('waiting') && closesCircle(object, dependents))
    return { changes: [withOwners(object, references.map(unblocking))], events: told };
  const deletion: Change = {
    type: 'delete',
    ref: refOf(object),
    uid: object.metadata.uid ?? '',
    propagation: propagation(object, states, dependents.length > 0),
  };
  return { changes: [deletion], events: told };
}

/**
 * Whether owners that wait for this object may in the end be waited for by it: then nobody would ever go. It stops to
 * block them, as in Kubernetes, before it goes the same way.
 */
function closesCircle(object: KubeObject, dependents: readonly KubeObject[]): boolean {
  const blocks = (object.metadata.ownerReferences ?? []).some(
    ({ blockOwnerDeletion }) => blockOwnerDeletion === true,
  );
  return (
    blocks &&
    dependents.some(
      (dependent) =>
        dependent.metadata.deletionTimestamp !== undefined && hasFinalizer(dependent, foreground),
    )
  );
}

function unblocking(reference: OwnerReference): OwnerReference {
  return reference.blockOwnerDeletion === true ? { ...reference, blockOwnerDeletion: false } : reference;
}

function invalidNamespace({ apiVersion, kind, name, uid }: OwnerReference, object: KubeObject): EventRecord {
  const { namespace } = refOf(object);
  const owner = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
  const message = `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`;
  return events.warning(object, 'OwnerRefInvalidNamespace', message);
}

/** A dependent that blocks its owner's end must itself wait for its own dependents. */
function propagation(
  object: KubeObject,
  states: readonly OwnerState[],
  hasDependents: boolean,
): 'Foreground' | 'Background' | 'Orphan' {
  if (states.includes('waiting') && hasDependents) return 'Foreground';
  if (hasFinalizer(object, orphan)) return 'Orphan';
  return hasFinalizer(object, foreground) ? 'Foreground' : 'Background';
}

function ownerState(reference: OwnerReference, object: KubeObject, view: ClusterView): OwnerState {
  // An owner of a kind that is not kept here cannot be known to be gone.
  const info = view.kinds.byGvk(reference.apiVersion, reference.kind);
  if (info === undefined) return 'solid';
  // What belongs to no namespace cannot say in which one its owner is to be looked for.
  if (info.namespaced && refOf(object).namespace === '') return 'solid';
  const owner = view.byUid(reference.uid);
  if (owner === undefined) return 'absent';
  if (!names(reference, object, owner)) {
    const { namespace } = refOf(owner);
    return namespace !== '' && namespace !== refOf(object).namespace ? 'elsewhere' : 'absent';
  }
  return owner.metadata.deletionTimestamp !== undefined && hasFinalizer(owner, foreground)
    ? 'waiting'
    : 'solid';
}

/** Whether the reference really means `owner`: a namespaced owner owns within its namespace alone. */
function names(reference: OwnerReference, object: KubeObject, owner: KubeObject): boolean {
  const { namespace } = refOf(owner);
  const sameKind =
    owner.kind === reference.kind && groupOf(owner.apiVersion) === groupOf(reference.apiVersion);
  return (
    sameKind &&
    owner.metadata.name === reference.name &&
    (namespace === '' || namespace === refOf(object).namespace)
  );
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

function dependentsOf(owner: KubeObject, view: ClusterView): readonly KubeObject[] {
  return view.ownedBy(owner.metadata.uid ?? '').filter((dependent) => {
    return (dependent.metadata.ownerReferences ?? []).some(
      (reference) => reference.uid === owner.metadata.uid && names(reference, dependent, owner),
    );
  });
}

/** Dependents that ask their owner to wait for them. */
function blockers(owner: KubeObject, view: ClusterView): readonly KubeObject[] {
  return dependentsOf(owner, view).filter((dependent) =>
    (dependent.metadata.ownerReferences ?? []).some(
      (reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion === true,
    ),
  );
}

/** Dependents lose the reference; when none is left that has it, the owner may go. */
function letGo(owner: KubeObject, view: ClusterView): readonly Change[] {
  const dependents = view.ownedBy(owner.metadata.uid ?? '').slice(0, orphansPerPlan);
  if (dependents.length === 0) return [withoutFinalizer(owner, orphan)];
  return dependents.map((dependent) =>
    withOwners(
      dependent,
      (dependent.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid),
    ),
  );
}

function withoutFinalizer(object: KubeObject, finalizer: string): Change {
  const { finalizers = [], ...rest } = object.metadata;
  const kept = finalizers.filter((name) => name !== finalizer);
  const metadata = kept.length === 0 ? rest : { ...rest, finalizers: kept };
  return { type: 'update', scope: 'spec', object: { ...object, metadata } };
}
