/** A plan as one store commit: every change prepared, every key with the revision that it was planned from. */
import type { Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import { consultedKinds } from '../admission/consulted-kinds.ts';
import type { Outcome } from '../model/access.ts';
import { type Annotated, annotatedBy } from '../model/audit-annotations.ts';
import { encodeObject, type KubeObject, type ObjectRef, refOf, storeKey } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { OverlayView } from '../model/overlay-view.ts';
import type { UserInfo } from '../model/user.ts';
import type { ClusterView } from '../model/view.ts';
import type { StoreWrite } from '../ports.ts';
import { allocationKeys, type NetworkSettings } from './allocate.ts';
import { prepareCreate } from './create.ts';
import { prepareDelete } from './delete.ts';
import { groupKind } from './halves.ts';
import type { Prepared, RegistryContext } from './prepared.ts';
import { alreadyExists, conflict, notFound, type StatusProblem } from './status-error.ts';
import { prepareUpdate } from './update.ts';

export interface TransactionContext {
  readonly nowMs: number;
  readonly uuid: () => string;
  readonly random: () => number;
  readonly settings: NetworkSettings;
  /** Who asks; undefined for Berth's own components. */
  readonly user?: UserInfo;
}

export type Transaction =
  | ({
      readonly ok: true;
      readonly writes: readonly StoreWrite[];
      readonly outcomes: readonly Outcome[];
      readonly warnings: readonly string[];
    } & Annotated)
  | ({ readonly ok: false; readonly problem: StatusProblem; readonly change: Change } & Annotated);

const empty = new Uint8Array();

/** Prepares all changes against `view`; the first one that is refused refuses all. */
export function transactionOf(
  changes: readonly Change[],
  view: ClusterView,
  context: TransactionContext,
): Transaction {
  const writes = new Map<string, StoreWrite>();
  const outcomes: Outcome[] = [];
  const warnings: string[] = [];
  let annotated: Annotated = {};
  const overlay = new OverlayView(view);
  const registry: RegistryContext = {
    ...context,
    user: context.user,
    view: overlay,
    newNamespaces: namespacesIn(changes),
  };
  const claimed = new Set<string>();
  const leaving = new Set<string>();
  for (const change of changes) {
    const prepared = prepare(change, registry);
    if ('auditAnnotations' in prepared)
      annotated = annotatedBy(annotated.auditAnnotations, prepared.auditAnnotations);
    if (prepared.type === 'refused') return { ok: false, problem: prepared.problem, change, ...annotated };
    const twice = addWrites(prepared, view, writes, outcomes, claimed);
    if (twice !== undefined) {
      const problem = { code: 409, reason: 'Conflict', message: `two changes of one commit claim ${twice}` };
      return { ok: false, problem, change };
    }
    if (prepared.type === 'nothing') continue;
    warnings.push(...prepared.warnings);
    if (change.type === 'delete') leaving.add(storeKey(change.ref, view.kinds));
    else if (prepared.type === 'write' && consultedKinds.has(groupKind(prepared.object)))
      overlay.put(prepared.object);
    for (const beside of prepared.alongside) {
      // A quota that the commit deletes is not written again for what it would have been charged.
      if (leaving.has(storeKey(refOf(beside.object), view.kinds))) continue;
      writeAlongside(beside.object, view, writes);
      overlay.put(beside.object);
    }
  }
  return { ok: true, writes: [...writes.values()], outcomes, warnings, ...annotated };
}

/** Namespaces that the same commit makes: its other objects may live in them. */
function namespacesIn(changes: readonly Change[]): ReadonlySet<string> {
  const creations = changes.filter(
    (change) => change.type === 'create' && change.object.kind === 'Namespace',
  );
  return new Set(
    creations.map((change) => (change.type === 'create' ? (change.object.metadata.name ?? '') : '')),
  );
}

function prepare(change: Change, context: RegistryContext): Prepared {
  const { view } = context;
  if (change.type === 'create') {
    const prepared = prepareCreate(change.object, context);
    if (prepared.type !== 'write') return prepared;
    const ref = refOf(prepared.object);
    if (lookup(view, ref) === undefined) return prepared;
    return { type: 'refused', problem: alreadyExists(ref, view.kinds) };
  }
  const ref = change.type === 'update' ? refOf(change.object) : change.ref;
  const before = lookup(view, ref);
  if (before === undefined) return { type: 'refused', problem: notFound(ref, view.kinds) };
  if (change.type === 'delete') return prepareDelete(before, change, context);
  const planned = change.object.metadata.resourceVersion;
  if (planned !== undefined && planned !== before.metadata.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    return { type: 'refused', problem: conflict(ref, why, view.kinds) };
  }
  return prepareUpdate(before, change, context);
}

function lookup(view: ClusterView, ref: ObjectRef): KubeObject | undefined {
  return view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
}

/** Adds what one change writes. Gives the key that an earlier change of the commit has claimed already, if any. */
function addWrites(
  prepared: Exclude<Prepared, { type: 'refused' }>,
  view: ClusterView,
  writes: Map<string, StoreWrite>,
  outcomes: Outcome[],
  claimed: Set<string>,
): string | undefined {
  if (prepared.type === 'nothing') {
    outcomes.push({ type: 'unchanged', ref: refOf(prepared.object), object: prepared.object });
    return undefined;
  }
  const before = prepared.before;
  const expected = before === undefined ? 0 : Number(before.metadata.resourceVersion);
  const after = prepared.type === 'write' ? prepared.object : undefined;
  const subject = prepared.type === 'write' ? prepared.object : prepared.before;
  const ref = refOf(subject);
  const key = storeKey(ref, view.kinds);
  const own: StoreWrite[] =
    after === undefined
      ? [{ type: 'delete', key, expected }]
      : [{ type: 'put', key, value: encodeObject(after), expected }];
  if (subject.kind === 'Service' && subject.apiVersion === 'v1') {
    addAllocations(before as Service | undefined, after as Service | undefined, own);
  }
  const twice = own.find((write) => claimed.has(write.key));
  if (twice !== undefined) return twice.key;
  for (const write of own) {
    claimed.add(write.key);
    writes.set(write.key, write);
  }
  const shown = prepared.type === 'remove' ? (prepared.last ?? subject) : subject;
  outcomes.push({ type: after === undefined ? 'removed' : 'written', ref, object: shown });
  return undefined;
}

/** A write that admission asks for: the last one of a commit counts, planned from what the view had. */
function writeAlongside(object: KubeObject, view: ClusterView, writes: Map<string, StoreWrite>): void {
  const ref = refOf(object);
  const key = storeKey(ref, view.kinds);
  const expected = Number(lookup(view, ref)?.metadata.resourceVersion ?? 0);
  writes.set(key, { type: 'put', key, value: encodeObject(object), expected });
}

function addAllocations(before: Service | undefined, after: Service | undefined, writes: StoreWrite[]): void {
  const old = new Set(before === undefined ? [] : allocationKeys(before));
  const now = new Set(after === undefined ? [] : allocationKeys(after));
  for (const key of now) if (!old.has(key)) writes.push({ type: 'put', key, value: empty, expected: 0 });
  for (const key of old) if (!now.has(key)) writes.push({ type: 'delete', key });
}
