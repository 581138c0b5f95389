/** metadata.managedFields as managers with their sets of fields, both ways. */
import type { ManagedFieldsEntry } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { compareText } from './field-path.ts';
import { type FieldSet, sameSet, setOf, union } from './field-set.ts';
import { parseFieldsV1, toFieldsV1 } from './fields-v1.ts';

export type ManagerOperation = 'Apply' | 'Update';

export interface Manager {
  readonly name: string;
  readonly operation: ManagerOperation;
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** RFC 3339; undefined for an entry that came without. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** The entry that it was read from. */
  readonly entry?: ManagedFieldsEntry;
}

/** Managers by id, in the order of their ids where Kubernetes sorts by it. */
export type Managers = ReadonlyMap<string, Manager>;

/** Kubernetes keeps so many entries of updates; the oldest are joined under one name. */
const updateManagersMax = 10;
const oldUpdatesManager = 'ancient-changes';

/** What no manager ever owns: identity, and what the server sets. */
export const strippedFields: FieldSet = setOf([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', `f:${name}`]),
]);

/** Identifies a manager: an applier whatever version it applied, an updater with its version. */
export function managerId(
  manager: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>,
): string {
  return JSON.stringify({
    manager: manager.name,
    operation: manager.operation,
    ...(manager.operation === 'Update' ? { apiVersion: manager.apiVersion } : {}),
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  });
}

/** Throws where an entry is malformed. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Map<string, Manager> {
  const managers = new Map<string, Manager>();
  for (const [index, entry] of (entries ?? []).entries()) {
    const { operation, apiVersion = '', fieldsType = '' } = entry;
    if (operation !== 'Apply' && operation !== 'Update')
      throw new Error('operation must be `Apply` or `Update`');
    if (apiVersion === '') throw new Error('apiVersion must not be empty');
    if (fieldsType === '') throw new Error(`missing fieldsType in managed fields entry ${index}`);
    if (fieldsType !== 'FieldsV1')
      throw new Error(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`);
    const { manager: name = '', subresource = '', time, fieldsV1 = {} } = entry;
    const manager: Manager = {
      name,
      operation,
      apiVersion,
      subresource,
      time,
      fields: parseFieldsV1(fieldsV1),
      entry,
    };
    managers.set(managerId(manager), manager);
  }
  return managers;
}

/** Entries in Kubernetes' order; an entry that did not change is the very one it was. */
export function encodeManagers(managers: Managers): readonly ManagedFieldsEntry[] {
  return [...managers.values()].sort(compareManagers).map(encodeManager);
}

function encodeManager(manager: Manager): ManagedFieldsEntry {
  const { name, operation, apiVersion, subresource, time, fields, entry } = manager;
  if (
    entry?.time === time &&
    entry?.apiVersion === apiVersion &&
    parseFieldsV1(entry.fieldsV1 ?? {}) === fields
  )
    return entry;
  return {
    manager: name,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource === '' ? {} : { subresource }),
  };
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

/** The manager with another set; the same manager where the set is equal. */
export function withFields(manager: Manager, fields: FieldSet): Manager {
  return sameSet(manager.fields, fields) ? manager : { ...manager, fields };
}

/** At most ten entries of updates: the oldest of each version are joined, and bear the time of the newest of them. */
export function capUpdateManagers(managers: Managers): Managers {
  const updaters = [...managers].filter(([, manager]) => manager.operation === 'Update');
  if (updaters.length <= updateManagersMax) return managers;
  updaters.sort(
    ([a, left], [b, right]) => compareText(left.time ?? '', right.time ?? '') || compareText(a, b),
  );
  const capped = new Map(managers);
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [id, manager] of updaters) {
    if (count <= updateManagersMax) break;
    const { apiVersion, time } = manager;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, id);
      continue;
    }
    const bucket: Manager = {
      name: oldUpdatesManager,
      operation: 'Update',
      apiVersion,
      subresource: '',
      time,
      fields: manager.fields,
    };
    const bucketId = managerId(bucket);
    const known = capped.get(bucketId);
    const joined = known ?? capped.get(first);
    if (known === undefined) capped.delete(first);
    capped.delete(id);
    capped.set(bucketId, { ...bucket, fields: union(joined?.fields ?? manager.fields, manager.fields) });
    if (id !== bucketId) count--;
  }
  return capped;
}
