/**
 * What kube-apiserver does to an object between the request and the store: server-set metadata, defaults,
 * first status, generation, what a deletion becomes. Pure: the caller commits the outcome.
 */
import type { Namespace, Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { sameJson } from '../model/json.ts';
import { type KubeObject, kindOf, refOf } from '../model/object.ts';
import type { DeleteChange, UpdateChange } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';
import { allocateService, type NetworkSettings } from './allocate.ts';
import { applyDefaults } from './defaults.ts';
import { qosClassOf } from './qos.ts';
import { conflict, forbidden, invalid, notFound, type StatusProblem } from './status-error.ts';

/** What preparing needs from outside. */
export interface RegistryContext {
  /** RFC 3339, seconds. */
  readonly now: string;
  readonly uuid: () => string;
  /** A float in [0, 1). */
  readonly random: () => number;
  readonly settings: NetworkSettings;
  /** Namespaces made by the same commit. */
  readonly newNamespaces: ReadonlySet<string>;
}

export type Prepared =
  | { readonly type: 'write'; readonly object: KubeObject; readonly before: KubeObject | undefined }
  | { readonly type: 'remove'; readonly before: KubeObject }
  | { readonly type: 'nothing'; readonly object: KubeObject }
  | { readonly type: 'refused'; readonly problem: StatusProblem };

/** The object as `status` and `spec` bearers see it. */
type Halves = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

function refused(problem: StatusProblem): Prepared {
  return { type: 'refused', problem };
}

/** A new object, complete as it will be stored. */
export function prepareCreate(input: KubeObject, view: ClusterView, context: RegistryContext): Prepared {
  const named = withName(input, context.random);
  const ref = refOf(named);
  const kind = kindOf(named);
  if (kind.namespaced && !context.newNamespaces.has(ref.namespace)) {
    const namespace = view.get<Namespace>('v1', 'Namespace', '', ref.namespace);
    if (namespace === undefined)
      return refused(notFound({ apiVersion: 'v1', kind: 'Namespace', namespace: '', name: ref.namespace }));
    if (namespace.metadata.deletionTimestamp !== undefined) {
      const why = `unable to create new content in namespace ${ref.namespace} because it is being terminated`;
      return refused(forbidden(ref, why));
    }
  }
  const {
    resourceVersion: _,
    deletionTimestamp: __,
    deletionGracePeriodSeconds: ___,
    ...rest
  } = named.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    uid: context.uuid(),
    creationTimestamp: context.now,
    ...(countsGenerations(named) ? { generation: 1 } : {}),
  };
  let object = withFirstStatus(applyDefaults({ ...named, metadata }));
  if (isService(object)) {
    const allocated = allocateService(object, view, context.settings, context.random);
    if ('code' in allocated) return refused(allocated);
    object = allocated;
  }
  return { type: 'write', object, before: undefined };
}

/** A stored object changed. The caller has compared resource versions. */
export function prepareUpdate(
  before: KubeObject,
  change: Pick<UpdateChange, 'scope' | 'object'>,
  view: ClusterView,
  context: RegistryContext,
): Prepared {
  let next: Halves =
    change.scope === 'status' ? statusOver(before, change.object) : specOver(before, change.object);
  if (change.scope === 'spec') next = withStatus(next, (before as Halves).status);
  next = applyDefaults(next);
  if (isService(next)) {
    const allocated = keepAllocation(before as Service, next, view, context);
    if ('code' in allocated) return refused(allocated);
    next = allocated;
  }
  if (isFinished(next)) return { type: 'remove', before };
  if (sameJson(next, before)) return { type: 'nothing', object: before };
  if (countsGenerations(next) && !sameJson(desiredHalf(next), desiredHalf(before))) {
    next = { ...next, metadata: { ...next.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
  }
  return { type: 'write', object: next, before };
}

/** A deletion: gone at once, or marked where grace or finalizers hold it. */
export function prepareDelete(
  before: KubeObject,
  change: Pick<DeleteChange, 'uid' | 'gracePeriodSeconds' | 'propagation'>,
  context: RegistryContext & { readonly nowMs: number; readonly formatTime: (ms: number) => string },
): Prepared {
  const ref = refOf(before);
  if (change.uid !== '' && before.metadata.uid !== change.uid) {
    const why = `the UID in the precondition (${change.uid}) does not match the UID in record (${before.metadata.uid ?? ''}). The object might have been deleted and then recreated`;
    return refused(conflict(ref, why));
  }
  const graceSeconds = deletionGrace(before, change.gracePeriodSeconds);
  const finalizers = deletionFinalizers(before, change.propagation);
  const already = before.metadata.deletionTimestamp !== undefined;
  const held = finalizers.length > 0 || graceSeconds > 0 || holdsNamespace(before);
  if (!held) return { type: 'remove', before };
  const shortens = graceSeconds < (before.metadata.deletionGracePeriodSeconds ?? 0);
  const sameFinalizers = sameJson(finalizers, before.metadata.finalizers ?? []);
  if (already && !shortens && sameFinalizers) return { type: 'nothing', object: before };
  const metadata: ObjectMeta = {
    ...before.metadata,
    ...(already && !shortens
      ? {}
      : {
          deletionTimestamp: context.formatTime(context.nowMs + graceSeconds * 1000),
          deletionGracePeriodSeconds: graceSeconds,
        }),
    ...(finalizers.length > 0 ? { finalizers } : {}),
    ...(countsGenerations(before) && !already ? { generation: (before.metadata.generation ?? 0) + 1 } : {}),
  };
  const marked: Halves = { ...before, metadata };
  return {
    type: 'write',
    object: isNamespace(marked) ? withStatus(marked, { phase: 'Terminating' }) : marked,
    before,
  };
}

const nameSuffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

function withName(object: KubeObject, random: () => number): KubeObject {
  const { name, generateName } = object.metadata;
  if ((name !== undefined && name !== '') || generateName === undefined) return object;
  let suffix = '';
  for (let index = 0; index < 5; index++)
    suffix += nameSuffixLetters[Math.floor(random() * nameSuffixLetters.length)] ?? '';
  return { ...object, metadata: { ...object.metadata, name: generateName.slice(0, 58) + suffix } };
}

/** Kinds whose `metadata.generation` counts changes of the desired half. */
function countsGenerations(object: KubeObject): boolean {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  if (group === '') return object.kind === 'Pod' || object.kind === 'ReplicationController';
  return (
    group !== 'discovery.k8s.io' && group !== 'coordination.k8s.io' && group !== 'rbac.authorization.k8s.io'
  );
}

function desiredHalf(object: Halves): unknown {
  const { metadata: _, status: __, ...rest } = object;
  return rest;
}

function withStatus(object: Halves, status: unknown): Halves {
  if (status !== undefined) return { ...object, status };
  const { status: _, ...rest } = object;
  return rest;
}

function withFirstStatus(object: KubeObject): KubeObject {
  if (isPod(object)) return withStatus(object, { phase: 'Pending', qosClass: qosClassOf(object) });
  if (isNamespace(object)) return withStatus(object, { phase: 'Active' });
  if (object.kind === 'Service') return withStatus(object, { loadBalancer: {} });
  return withStatus(object, undefined);
}

/** The new desired half under the stored identity. */
function specOver(before: KubeObject, object: KubeObject): Halves {
  const {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    resourceVersion,
  } = before.metadata;
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, ...rest } = object.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    ...defined({
      uid,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      generation,
      resourceVersion,
    }),
  };
  return { ...object, metadata };
}

/** The new status on the stored object; only managedFields of the metadata move with it. */
function statusOver(before: KubeObject, object: Halves): Halves {
  const metadata = { ...before.metadata, ...defined({ managedFields: object.metadata.managedFields }) };
  return withStatus({ ...before, metadata }, object.status);
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** An update that leaves out addresses and node ports keeps them, as the API does; a given address is immutable. */
function keepAllocation(
  before: Service,
  next: Service,
  view: ClusterView,
  context: RegistryContext,
): Service | StatusProblem {
  const old = before.spec ?? {};
  const spec = next.spec ?? {};
  const clusterIP = spec.clusterIP ?? '';
  if (
    clusterIP !== '' &&
    old.clusterIP !== undefined &&
    clusterIP !== old.clusterIP &&
    old.type !== 'ExternalName'
  ) {
    const message = `Invalid value: ["${clusterIP}"]: may not change once set`;
    return invalid(refOf(next), [{ reason: 'FieldValueInvalid', field: 'spec.clusterIPs[0]', message }]);
  }
  const ports = spec.ports?.map((port) => {
    const same = old.ports?.find(
      (other) => other.port === port.port && (other.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    const wants = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    return wants && port.nodePort === undefined && same?.nodePort !== undefined
      ? { ...port, nodePort: same.nodePort }
      : port;
  });
  const kept = {
    ...next,
    spec: { ...spec, ...defined({ clusterIP: old.clusterIP, clusterIPs: old.clusterIPs, ports }) },
  };
  return allocateService(kept, view, context.settings, context.random);
}

/** Marked for deletion and nothing holds it any more. */
function isFinished(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp === undefined) return false;
  if ((object.metadata.finalizers ?? []).length > 0 || holdsNamespace(object)) return false;
  return !isPod(object) || (object.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function holdsNamespace(object: KubeObject): boolean {
  return isNamespace(object) && (object.spec?.finalizers ?? []).length > 0;
}

function deletionGrace(before: KubeObject, asked: number | undefined): number {
  if (!isPod(before)) return 0;
  const phase = before.status?.phase;
  if ((before.spec?.nodeName ?? '') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  // A negative grace means one second, as kube-apiserver reads it.
  if (asked !== undefined) return asked < 0 ? 1 : asked;
  return before.metadata.deletionGracePeriodSeconds ?? before.spec?.terminationGracePeriodSeconds ?? 30;
}

function deletionFinalizers(before: KubeObject, propagation: DeleteChange['propagation']): readonly string[] {
  const kept = (before.metadata.finalizers ?? []).filter(
    (name) => name !== 'orphan' && name !== 'foregroundDeletion',
  );
  if (propagation === 'Foreground') return [...kept, 'foregroundDeletion'];
  if (propagation === 'Orphan') return [...kept, 'orphan'];
  return propagation === undefined ? (before.metadata.finalizers ?? []) : kept;
}

function isPod(object: KubeObject): object is Pod {
  return object.apiVersion === 'v1' && object.kind === 'Pod';
}

function isService(object: KubeObject): object is Service {
  return object.apiVersion === 'v1' && object.kind === 'Service';
}

function isNamespace(object: KubeObject): object is Namespace {
  return object.apiVersion === 'v1' && object.kind === 'Namespace';
}
