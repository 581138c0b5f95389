/**
 * Server-side apply (KEP-555): a configuration names the fields that its manager wants, and their values. What
 * another manager owns with another value is a conflict, unless forced; what this manager no longer names and
 * nobody else owns is removed. The rules are those of structured-merge-diff and apimachinery's field manager.
 */
import { sameJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { checkConfig } from './check-config.ts';
import { compareValues } from './compare.ts';
import type { CustomMerge } from './custom-merge.ts';
import { type ApplyConflict, conflictMessage, conflictsOf } from './conflict.ts';
import { dropNulls } from './drop-nulls.ts';
import { extractFields } from './extract.ts';
import { fieldElement } from './field-path.ts';
import { difference, emptySet, type FieldSet, sameSet, union } from './field-set.ts';
import { conflictsSinceClientApply, withLastApplied } from './last-applied.ts';
import {
  decodeManagers,
  encodeManagers,
  type Manager,
  managerId,
  type Managers,
  strippedFields,
} from './managers.ts';
import { mergeValues } from './merge.ts';
import { type MapShape, shapeOfKind } from './merge-shape.ts';
import { knownVersions, releaseChanged, resetFields, withoutReset } from './ownership.ts';
import { pruneDisowned } from './prune.ts';
import { ownersAfterUpdate, withoutManagedFields } from './update.ts';

interface ApplyRequest {
  /** The stored object; left out where it is to be created. */
  readonly live?: KubeObject;
  /** The applied configuration, of the same kind; it is taken as immutable and remembered by identity. */
  readonly config: KubeObject;
  readonly manager: string;
  /** Takes conflicting fields from their managers. */
  readonly force: boolean;
  /** RFC 3339, seconds. */
  readonly now: string;
  /** `status`, …; left out for the object itself. */
  readonly subresource?: string;
  /** How the kind merges, where it is a custom one. */
  readonly custom?: CustomMerge;
}

export type ApplyResult =
  /** `changed` is false where neither a field nor an owner changed; `object` is `live` itself then. */
  | { readonly ok: true; readonly object: KubeObject; readonly changed: boolean }
  /** Answer 409 with `message` and a cause of type FieldManagerConflict per conflict. */
  | {
      readonly ok: false;
      readonly reason: 'conflict';
      readonly conflicts: readonly ApplyConflict[];
      readonly message: string;
    }
  /** Answer 400 (500 in Kubernetes) with `message`. */
  | { readonly ok: false; readonly reason: 'invalid'; readonly message: string };

/**
 * The stored object with the configuration applied, complete with metadata.managedFields. Defaults are the
 * caller's: fields that come by defaulting after this are nobody's.
 */
export function applyConfiguration(request: ApplyRequest): ApplyResult {
  const { config, manager } = request;
  if (manager === '') return invalid('fieldManager is required for apply patch');
  if (config.metadata.managedFields !== undefined) return invalid('metadata.managedFields must be nil');
  const prepared = prepareConfig(config, request.subresource ?? '', request.custom);
  if ('message' in prepared) return prepared;
  let managers: Managers;
  try {
    managers = managersBefore(request);
  } catch (error) {
    return invalid(
      `failed to decode managed fields: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return applyPrepared(request, prepared, managers);
}

interface Prepared {
  readonly config: KubeObject;
  readonly shape: MapShape;
  readonly fields: FieldSet;
}

const preparedConfigs = new WeakMap<KubeObject, Map<string, Prepared>>();

/** The configuration without what its subresource does not take, checked, with the set of its fields. */
function prepareConfig(
  config: KubeObject,
  subresource: string,
  custom: CustomMerge | undefined,
): Prepared | Extract<ApplyResult, { reason: 'invalid' }> {
  const { apiVersion, kind, metadata } = config;
  const shape = custom?.shape ?? shapeOfKind(apiVersion, kind);
  const known = preparedConfigs.get(config)?.get(subresource);
  if (known?.shape === shape) return known;
  const problems = checkConfig(config, shape);
  if (problems.length > 0) {
    const name = `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${apiVersion}, Kind=${kind}`;
    const list =
      problems.length === 1
        ? (problems[0] ?? '')
        : ['errors:', ...problems.map((one) => `  ${one}`)].join('\n');
    return invalid(`failed to create typed patch object (${name}): ${list}`);
  }
  const taken = takenPart(config, resetFields(apiVersion, kind, subresource, custom));
  const prepared = { config: taken, shape, fields: extractFields(taken, shape) };
  const bySubresource = preparedConfigs.get(config) ?? new Map<string, Prepared>();
  preparedConfigs.set(config, bySubresource.set(subresource, prepared));
  return prepared;
}

/** Metadata that a configuration cannot set, though exported manifests often hold it. */
const serverSet: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'selfLink',
]);

function takenPart(config: KubeObject, reset: FieldSet): KubeObject {
  const metadata = Object.fromEntries(
    Object.entries(config.metadata).filter(([name]) => !serverSet.has(name)),
  );
  const parts = Object.entries(config).filter(([name]) => !reset.has(fieldElement(name)));
  return { ...(Object.fromEntries(parts) as unknown as KubeObject), metadata };
}

/** The stored managers; an object that was never tracked belongs to `before-first-apply`. */
function managersBefore({ live, now, custom }: ApplyRequest): Managers {
  if (live === undefined) return new Map();
  const managers = knownVersions(decodeManagers(live.metadata.managedFields), live.kind, custom);
  if (managers.size > 0) return managers;
  return ownersAfterUpdate(undefined, withoutManagedFields(live), managers, {
    manager: 'before-first-apply',
    now,
    ...(custom === undefined ? {} : { custom }),
  });
}

function applyPrepared(request: ApplyRequest, prepared: Prepared, before: Managers): ApplyResult {
  const { live, manager: name, force, subresource = '', custom } = request;
  const { config, shape, fields } = prepared;
  const { apiVersion, kind } = config;
  const bare = withoutManagedFields(live);
  const base: KubeObject = bare ?? { apiVersion, kind, metadata: {} };
  const applier: Manager = { name, operation: 'Apply', apiVersion, subresource, time: undefined, fields };
  const id = managerId(applier);
  const last = before.get(id);
  const managers = new Map(before).set(id, applier);

  const merged = mergeValues(base, config, shape);
  const owned = [...managers.values()].reduce((all, one) => union(all, one.fields), emptySet);
  const pruned = prunedOf(merged, prepared, last, owned);
  const change = withoutReset(
    compareValues(base, pruned, shape),
    resetFields(apiVersion, kind, subresource, custom),
  );
  const release = releaseChanged(managers, id, change);
  if (release.conflicts.size > 0 && !force) {
    const conflicts = conflictsSinceClientApply(conflictsOf(release.conflicts, before), live, name, shape);
    if (conflicts.length > 0)
      return { ok: false, reason: 'conflict', conflicts, message: conflictMessage(conflicts) };
  }
  const object = pruned === base ? base : withLastApplied(dropNulls(pruned, shape), request.config, name);
  const after = settle(release.managers, id, last, object !== bare, request.now);
  return result(live, object, after);
}

/** What is left of the merged object; a container that lost its last entry is back where the configuration has it empty. */
function prunedOf(
  merged: KubeObject,
  { config, shape, fields }: Prepared,
  last: Manager | undefined,
  owned: FieldSet,
): KubeObject {
  const pruned = last === undefined ? merged : pruneDisowned(merged, shape, last.fields, fields, owned);
  return pruned === merged ? merged : mergeValues(pruned, config, shape);
}

/** The applier's final entry: without identity fields, and with a new time where its set or the object changed. */
function settle(
  managers: Map<string, Manager>,
  id: string,
  last: Manager | undefined,
  changed: boolean,
  now: string,
): Managers {
  const applier = managers.get(id);
  if (applier === undefined) throw new Error('the applier is among the managers');
  const fields = difference(applier.fields, strippedFields);
  const settled = new Map(managers);
  settled.delete(id);
  if (fields.size === 0) return settled;
  if (
    last === undefined ||
    changed ||
    last.apiVersion !== applier.apiVersion ||
    !sameSet(last.fields, fields)
  ) {
    return settled.set(id, {
      ...applier,
      fields: last !== undefined && sameSet(last.fields, fields) ? last.fields : fields,
      time: now,
    });
  }
  return settled.set(id, last);
}

function result(live: KubeObject | undefined, object: KubeObject, managers: Managers): ApplyResult {
  const managedFields = encodeManagers(managers);
  const same =
    live !== undefined && sameJson(object, withoutManagedFields(live)) && sameEntries(managedFields, live);
  if (same) return { ok: true, object: live, changed: false };
  const { managedFields: _, ...metadata } = object.metadata;
  const owners = managedFields.length === 0 ? {} : { managedFields };
  return { ok: true, object: { ...object, metadata: { ...metadata, ...owners } }, changed: true };
}

function sameEntries(entries: readonly unknown[], live: KubeObject): boolean {
  const stored = live.metadata.managedFields ?? [];
  return (
    entries.length === stored.length &&
    entries.every((entry, index) => entry === stored[index] || sameJson(entry, stored[index]))
  );
}

function invalid(message: string): Extract<ApplyResult, { reason: 'invalid' }> {
  return { ok: false, reason: 'invalid', message };
}
