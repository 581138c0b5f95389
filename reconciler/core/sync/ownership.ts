/** Which application an object belongs to. Its managedFields say so: there is no second bookkeeping. */
import { difference, type FieldSet } from '../apply/field-set.ts';
import { decodeManagers, encodeManagers, type Manager, managerId } from '../apply/managers.ts';
import type { KubeObject } from '../model/object.ts';

const prefix = 'berth.dev/application/';

/** The field manager of an Application; what it applied, it owns. */
export function managerOf(applicationName: string): string {
  return `${prefix}${applicationName}`;
}

/** The names of the Applications that applied fields of the object, sorted. */
export function applicationsOf(object: KubeObject): readonly string[] {
  const names = (object.metadata.managedFields ?? [])
    .filter(
      ({ manager = '', operation, subresource = '' }) =>
        operation === 'Apply' && subresource === '' && manager.startsWith(prefix),
    )
    .map(({ manager = '' }) => manager.slice(prefix.length));
  return [...new Set(names)].sort();
}

/** The object with `manager` as the applier of what `former` applied; an object nobody else wants any more changes hands so. */
export function inherit(object: KubeObject, manager: string, former: readonly string[]): KubeObject {
  const heirs = new Set(former);
  const isFormer = (name: string | undefined): boolean => heirs.has(name ?? '');
  const managedFields = (object.metadata.managedFields ?? []).map((entry) =>
    entry.operation === 'Apply' && isFormer(entry.manager) ? { ...entry, manager } : entry,
  );
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** The object without `fields` among those that `manager` owns; the very object where it owns none of them. */
export function disown(object: KubeObject, manager: string, fields: FieldSet): KubeObject {
  if (fields.size === 0 || object.metadata.managedFields === undefined) return object;
  const managers = decodeManagers(object.metadata.managedFields);
  const id = managerId({ name: manager, operation: 'Apply', apiVersion: object.apiVersion, subresource: '' });
  const own = managers.get(id);
  if (own === undefined) return object;
  const kept = difference(own.fields, fields);
  if (kept === own.fields) return object;
  const changed = new Map<string, Manager>(managers);
  changed.set(id, { ...own, fields: kept });
  return { ...object, metadata: { ...object.metadata, managedFields: encodeManagers(changed) } };
}
