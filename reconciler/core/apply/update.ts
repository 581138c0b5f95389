/** Ownership of fields after a plain write: create, update and patch take what they change. */
import type { ManagedFieldsEntry } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { compareValues } from './compare.ts';
import type { CustomMerge } from './custom-merge.ts';
import { difference, recursiveDifference, sameSet, union } from './field-set.ts';
import {
  decodeManagers,
  capUpdateManagers,
  encodeManagers,
  type Manager,
  managerId,
  strippedFields,
} from './managers.ts';
import { emptyObject, shapeOfKind } from './merge-shape.ts';
import { knownVersions, releaseChanged, resetFields, withoutReset } from './ownership.ts';

interface UpdateRequest {
  /** The stored object; left out for a creation. */
  readonly before?: KubeObject;
  /** The object as it will be stored: after patching and, where it is known already, after defaulting. */
  readonly after: KubeObject;
  /** Who writes, e.g. `kubectl-edit`; `unknown` where empty. */
  readonly manager: string;
  readonly operation: 'Update';
  /** RFC 3339, seconds. */
  readonly now: string;
  /** `status`, `scale`, …; left out for the object itself. */
  readonly subresource?: string;
  /** How the kind merges, where it is a custom one. */
  readonly custom?: CustomMerge;
}

/**
 * The managedFields of `after`: the writer takes every field that it changed or added, from whoever had it; what
 * it removed is nobody's. As Kubernetes: an object that was stored without managedFields stays without until it is
 * applied, and a write of `managedFields: []` or `[{}]` forgets them all.
 */
export function updateManagedFields(request: UpdateRequest): readonly ManagedFieldsEntry[] {
  const { before, after } = request;
  const managers = currentManagers(request);
  if (managers.size === 0 && before !== undefined) return [];
  return encodeManagers(
    ownersAfterUpdate(withoutManagedFields(before), withoutManagedFields(after), managers, request),
  );
}

/** The same on decoded managers, for the apply of an object that has none yet. */
export function ownersAfterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  current: ReadonlyMap<string, Manager>,
  request: Pick<UpdateRequest, 'manager' | 'now' | 'subresource' | 'custom'>,
): ReadonlyMap<string, Manager> {
  const { apiVersion, kind } = after;
  const { custom, subresource = '' } = request;
  const shape = custom?.shape ?? shapeOfKind(apiVersion, kind);
  const reset = resetFields(apiVersion, kind, subresource, custom);
  const change = withoutReset(compareValues(before ?? emptyObject(shape), after, shape), reset);
  const { managers } = releaseChanged(knownVersions(current, kind, custom), undefined, change);
  const taken = difference(recursiveDifference(union(change.modified, change.added), reset), strippedFields);
  if (taken.size > 0) {
    const name = request.manager === '' ? 'unknown' : request.manager;
    const writer: Manager = {
      name,
      operation: 'Update',
      apiVersion,
      subresource,
      time: request.now,
      fields: taken,
    };
    const id = managerId(writer);
    const previous = managers.get(id);
    const fields = previous === undefined ? taken : union(previous.fields, taken);
    managers.set(id, {
      ...writer,
      fields: previous !== undefined && sameSet(previous.fields, fields) ? previous.fields : fields,
    });
  }
  return capUpdateManagers(managers);
}

/** The managers that the write names, else the stored ones; malformed ones count as none. */
function currentManagers({ before, after, subresource }: UpdateRequest): ReadonlyMap<string, Manager> {
  const given = after.metadata.managedFields;
  const stored = before?.metadata.managedFields;
  if (subresource !== undefined && subresource !== '') return decodedOrNone(stored);
  const isReset =
    given !== undefined && given.every((entry) => Object.keys(entry).length === 0) && given.length <= 1;
  if (isReset) return new Map();
  const decoded = decodedOrNone(given);
  return decoded.size > 0 ? decoded : decodedOrNone(stored);
}

function decodedOrNone(entries: readonly ManagedFieldsEntry[] | undefined): ReadonlyMap<string, Manager> {
  try {
    return decodeManagers(entries);
  } catch {
    // Kubernetes' rule for plain writes: ownership that cannot be read is forgotten, the write itself goes on.
    return new Map();
  }
}

/** The object as it is compared: ownership is no field of it. */
export function withoutManagedFields<T extends KubeObject | undefined>(object: T): T {
  if (object?.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
