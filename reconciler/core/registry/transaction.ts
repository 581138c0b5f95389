/** A plan as one store commit: every change prepared, every key with the revision that it was planned from. */
import type { Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Outcome } from '../model/access.ts';
import { encodeObject, type KubeObject, type ObjectRef, refOf, storeKey } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { formatTime } from '../model/time.ts';
import type { ClusterView } from '../model/view.ts';
import type { StoreWrite } from '../ports.ts';
import { allocationKeys, type NetworkSettings } from './allocate.ts';
import {
  type Prepared,
  type RegistryContext,
  prepareCreate,
  prepareDelete,
  prepareUpdate,
} from './prepare.ts';
import { alreadyExists, conflict, notFound, type StatusProblem } from './status-error.ts';

export interface TransactionContext {
  readonly nowMs: number;
  readonly uuid: () => string;
  readonly random: () => number;
  readonly settings: NetworkSettings;
}

export type Transaction =
  | { readonly ok: true; readonly writes: readonly StoreWrite[]; readonly outcomes: readonly Outcome[] }
  | { readonly ok: false; readonly problem: StatusProblem; readonly change: Change };

const empty = new Uint8Array();

/** Prepares all changes against `view`; the first one that is refused refuses all. */
export function transactionOf(
  changes: readonly Change[],
  view: ClusterView,
  context: TransactionContext,
): Transaction {
  const writes: StoreWrite[] = [];
  const outcomes: Outcome[] = [];
  const registry = {
    ...context,
    now: formatTime(context.nowMs),
    formatTime,
    newNamespaces: namespacesIn(changes),
  };
  for (const change of changes) {
    const prepared = prepare(change, view, registry);
    if (prepared.type === 'refused') return { ok: false, problem: prepared.problem, change };
    outcomes.push(addWrites(prepared, writes));
  }
  const twice = repeatedKey(writes);
  if (twice !== undefined) {
    const problem = { code: 409, reason: 'Conflict', message: `two changes of one commit claim ${twice}` };
    return { ok: false, problem, change: changes[0] as Change };
  }
  return { ok: true, writes, outcomes };
}

type FullContext = RegistryContext & { readonly nowMs: number; readonly formatTime: (ms: number) => string };

/** Namespaces that the same commit makes: its other objects may live in them. */
function namespacesIn(changes: readonly Change[]): ReadonlySet<string> {
  const creations = changes.filter(
    (change) => change.type === 'create' && change.object.kind === 'Namespace',
  );
  return new Set(
    creations.map((change) => (change.type === 'create' ? (change.object.metadata.name ?? '') : '')),
  );
}

function prepare(change: Change, view: ClusterView, context: FullContext): Prepared {
  if (change.type === 'create') {
    const prepared = prepareCreate(change.object, view, context);
    if (prepared.type !== 'write') return prepared;
    const ref = refOf(prepared.object);
    return lookup(view, ref) === undefined ? prepared : { type: 'refused', problem: alreadyExists(ref) };
  }
  const ref = change.type === 'update' ? refOf(change.object) : change.ref;
  const before = lookup(view, ref);
  if (before === undefined) return { type: 'refused', problem: notFound(ref) };
  if (change.type === 'delete') return prepareDelete(before, change, context);
  const planned = change.object.metadata.resourceVersion;
  if (planned !== undefined && planned !== before.metadata.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    return { type: 'refused', problem: conflict(ref, why) };
  }
  return prepareUpdate(before, change, view, context);
}

function lookup(view: ClusterView, ref: ObjectRef): KubeObject | undefined {
  return view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
}

function addWrites(prepared: Exclude<Prepared, { type: 'refused' }>, writes: StoreWrite[]): Outcome {
  if (prepared.type === 'nothing')
    return { type: 'unchanged', ref: refOf(prepared.object), object: prepared.object };
  const before = prepared.before;
  const expected = before === undefined ? 0 : Number(before.metadata.resourceVersion);
  const after = prepared.type === 'write' ? prepared.object : undefined;
  const subject = prepared.type === 'write' ? prepared.object : prepared.before;
  const ref = refOf(subject);
  const key = storeKey(ref);
  if (after === undefined) writes.push({ type: 'delete', key, expected });
  else writes.push({ type: 'put', key, value: encodeObject(after), expected });
  if (subject.kind === 'Service' && subject.apiVersion === 'v1') {
    addAllocations(before as Service | undefined, after as Service | undefined, writes);
  }
  return { type: after === undefined ? 'removed' : 'written', ref, object: subject };
}

function addAllocations(before: Service | undefined, after: Service | undefined, writes: StoreWrite[]): void {
  const old = new Set(before === undefined ? [] : allocationKeys(before));
  const now = new Set(after === undefined ? [] : allocationKeys(after));
  for (const key of now) if (!old.has(key)) writes.push({ type: 'put', key, value: empty, expected: 0 });
  for (const key of old) if (!now.has(key)) writes.push({ type: 'delete', key });
}

function repeatedKey(writes: readonly StoreWrite[]): string | undefined {
  const seen = new Set<string>();
  for (const write of writes) {
    if (seen.has(write.key)) return write.key;
    seen.add(write.key);
  }
  return undefined;
}
