/** Who owns what after a change: what was changed or went away is no longer the others'. */
import { kindByGvk, kinds } from '../../../schemas/kinds.ts';
import { kindKey } from '../model/kind-key.ts';
import { keptByStatus } from '../registry/status-metadata.ts';
import type { Comparison } from './compare.ts';
import type { CustomMerge } from './custom-merge.ts';
import {
  difference,
  emptySet,
  type FieldSet,
  intersection,
  recursiveDifference,
  setOf,
  union,
} from './field-set.ts';
import { type Manager, type Managers, withFields } from './managers.ts';

interface Release {
  readonly managers: Map<string, Manager>;
  /** The fields that others owned and that now have another value, by the manager's id. */
  readonly conflicts: ReadonlyMap<string, FieldSet>;
}

/** Takes the changed fields from every manager but `self`. A manager that owns nothing any more is gone. */
export function releaseChanged(managers: Managers, self: string | undefined, change: Comparison): Release {
  const changed = union(change.modified, change.added);
  const released = new Map<string, Manager>();
  const conflicts = new Map<string, FieldSet>();
  for (const [id, manager] of managers) {
    if (id === self) {
      released.set(id, manager);
      continue;
    }
    const conflict = intersection(manager.fields, changed);
    if (conflict.size > 0) conflicts.set(id, conflict);
    const kept = withFields(manager, difference(difference(manager.fields, conflict), change.removed));
    if (kept.fields.size > 0) released.set(id, kept);
  }
  return { managers: released, conflicts };
}

const tableGroups: ReadonlySet<string> = new Set(kinds.map(({ group }) => group));

/** Managers of versions that the kind does not have (any more) are forgotten; a kind outside the table has any. */
export function knownVersions(managers: Managers, kind: string, custom?: CustomMerge): Map<string, Manager> {
  const isKnown = ({ apiVersion }: Manager): boolean => {
    if (custom !== undefined) return custom.apiVersions.has(apiVersion);
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    return kindByGvk(apiVersion, kind) !== undefined || !tableGroups.has(group);
  };
  return new Map([...managers].filter(([, manager]) => isKnown(manager)));
}

const statusField: FieldSet = setOf([['f:status']]);
const specField: FieldSet = setOf([['f:spec']]);

/** Fields that a write to this part of the object does not touch: the status belongs to its subresource. */
export function resetFields(
  apiVersion: string,
  kind: string,
  subresource: string,
  custom?: CustomMerge,
): FieldSet {
  if (subresource === 'status') return besideStatus(kindKey(apiVersion, kind));
  if (custom !== undefined) return custom.hasStatus ? statusField : emptySet;
  const info = kindByGvk(apiVersion, kind);
  return info?.subresources.some(({ name }) => name === 'status') === true ? statusField : emptySet;
}

/** What a write of the status leaves alone: the desired half, and what of the metadata does not move with it. */
function besideStatus(groupKind: string): FieldSet {
  const names = keptByStatus(groupKind);
  if (names.length === 0) return specField;
  return union(specField, setOf(names.map((name) => ['f:metadata', `f:${name}`])));
}

export function withoutReset(change: Comparison, reset: FieldSet): Comparison {
  return {
    added: recursiveDifference(change.added, reset),
    modified: recursiveDifference(change.modified, reset),
    removed: recursiveDifference(change.removed, reset),
  };
}
