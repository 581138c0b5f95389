/** Owner references of the controlling kind: who made an object, who may take it, who lets it go. */
import type { LabelSelector, OwnerReference } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { selects } from '../model/label-selector.ts';
import type { KubeObject, ObjectRef } from '../model/object.ts';
import type { UpdateChange } from '../model/plan.ts';

/** The one owner reference with `controller: true`. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  for (const owner of object.metadata.ownerReferences ?? []) if (owner.controller === true) return owner;
  return undefined;
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** Whether any owner reference names `owner`, a controlling one or not. */
export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}

/** What names `owner` as the controller of a new object. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  if (name === undefined || uid === undefined)
    throw new Error(`a ${owner.kind} without name and uid owns nothing`);
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The controllers of the given kind that the object had before a change and has after it. */
export function controllerRefs(
  objects: readonly (KubeObject | undefined)[],
  apiVersion: string,
  kind: string,
): ObjectRef[] {
  const refs: ObjectRef[] = [];
  for (const object of objects) {
    const owner = object === undefined ? undefined : controllerOf(object);
    if (object === undefined || owner?.kind !== kind || owner.apiVersion !== apiVersion) continue;
    if (refs.some(({ name }) => name === owner.name)) continue;
    refs.push({ apiVersion, kind, namespace: object.metadata.namespace ?? '', name: owner.name });
  }
  return refs;
}

export interface Claim<T> {
  readonly owned: readonly T[];
  /** Adoptions and releases; until they are committed `owned` may not be acted upon. */
  readonly changes: readonly UpdateChange[];
}

/**
 * Sorts out what belongs to `owner`: objects that it controls and that match stay, matching orphans are
 * adopted unless one of both is being deleted, and objects that match no longer are released.
 */
export function claim<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector,
  candidates: readonly T[],
): Claim<T> {
  const owned: T[] = [];
  const changes: UpdateChange[] = [];
  const leaving = owner.metadata.deletionTimestamp !== undefined;
  for (const object of candidates) {
    const matches = selects(selector, object.metadata.labels);
    const controller = controllerOf(object);
    if (controller === undefined) {
      if (matches && !leaving && object.metadata.deletionTimestamp === undefined)
        changes.push(adoption(object, owner));
    } else if (controller.uid === owner.metadata.uid) {
      if (matches || leaving) owned.push(object);
      else changes.push(release(object, owner));
    }
  }
  return { owned, changes };
}

function adoption(object: KubeObject, owner: KubeObject): UpdateChange {
  return withOwners(object, [...(object.metadata.ownerReferences ?? []), controllerReference(owner)]);
}

function release(object: KubeObject, owner: KubeObject): UpdateChange {
  return withOwners(
    object,
    (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid),
  );
}

/** The change that gives `object` these owner references, and none of the field where there are none. */
export function withOwners(object: KubeObject, owners: readonly OwnerReference[]): UpdateChange {
  const { ownerReferences: _, ...rest } = object.metadata;
  const metadata = owners.length === 0 ? rest : { ...rest, ownerReferences: owners };
  return { type: 'update', scope: 'spec', object: { ...object, metadata } };
}
