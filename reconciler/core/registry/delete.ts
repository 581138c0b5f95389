/** A deletion: gone at once, or marked where grace or finalizers hold it. */
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { admit } from '../admission/admission.ts';
import { isCustomResourceDefinition } from '../custom/definition.ts';
import { cleanupFinalizer, withTerminating } from '../custom/termination.ts';
import { sameJson } from '../model/json.ts';
import { type KubeObject, kindOf, refOf } from '../model/object.ts';
import type { DeleteChange } from '../model/plan.ts';
import { formatTime } from '../model/time.ts';
import { countsGenerations, type Halves, isNamespace, isPod, withStatus } from './halves.ts';
import { type Admitted, type Prepared, type RegistryContext, refused } from './prepared.ts';
import { conflict } from './status-error.ts';

export function prepareDelete(
  before: KubeObject,
  change: Pick<DeleteChange, 'uid' | 'gracePeriodSeconds' | 'propagation' | 'withoutFinalizers'>,
  context: RegistryContext,
): Prepared {
  const { view } = context;
  const ref = refOf(before);
  const info = kindOf(before, view.kinds);
  if (change.uid !== '' && before.metadata.uid !== change.uid) {
    const why = `the UID in the precondition (${change.uid}) does not match the UID in record (${before.metadata.uid ?? ''}). The object might have been deleted and then recreated`;
    return refused(conflict(ref, why, view.kinds));
  }
  const admitted = admit({
    operation: 'DELETE',
    info,
    subresource: '',
    object: before,
    before,
    user: context.user,
    view,
    newNamespaces: context.newNamespaces,
    nowMs: context.nowMs,
  });
  if (admitted.type === 'refused') return admitted;
  const { warnings, alongside } = admitted;
  return deletionOf(before, change, countsGenerations(info), context, { warnings, alongside });
}

function deletionOf(
  before: KubeObject,
  change: Pick<DeleteChange, 'gracePeriodSeconds' | 'propagation' | 'withoutFinalizers'>,
  counts: boolean,
  context: RegistryContext,
  admitted: Admitted,
): Prepared {
  const graceSeconds = deletionGrace(before, change.gracePeriodSeconds);
  const dropped = change.withoutFinalizers ?? [];
  const finalizers = deletionFinalizers(before, change.propagation).filter((name) => !dropped.includes(name));
  const already = before.metadata.deletionTimestamp !== undefined;
  const held = finalizers.length > 0 || graceSeconds > 0 || holdsNamespace(before);
  if (!held) return { type: 'remove', before, ...admitted };
  const shortens = graceSeconds < (before.metadata.deletionGracePeriodSeconds ?? 0);
  const sameFinalizers = sameJson(finalizers, before.metadata.finalizers ?? []);
  if (already && !shortens && sameFinalizers) return { type: 'nothing', object: before };
  const { finalizers: _, ...rest } = before.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    ...(already && !shortens
      ? {}
      : {
          deletionTimestamp: formatTime(context.nowMs + graceSeconds * 1000),
          deletionGracePeriodSeconds: graceSeconds,
        }),
    ...(finalizers.length > 0 ? { finalizers } : {}),
    ...(counts && !already ? { generation: (before.metadata.generation ?? 0) + 1 } : {}),
  };
  const marked: Halves = { ...before, metadata };
  return { type: 'write', object: withTermination(marked, before, context), before, ...admitted };
}

/** What the status of some kinds says from the first moment of their end. */
function withTermination(marked: Halves, before: KubeObject, context: RegistryContext): Halves {
  if (isNamespace(marked)) return withStatus(marked, { ...marked.status, phase: 'Terminating' });
  if (!isCustomResourceDefinition(marked) || before.metadata.deletionTimestamp !== undefined) return marked;
  return withTerminating(marked, formatTime(context.nowMs));
}

/** Marked for deletion and nothing holds it any more. */
export function isFinished(object: KubeObject): boolean {
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
  const finalizers = propagatedFinalizers(before, propagation);
  // As kube-apiserver: the finalizer of the objects' cleanup comes with the first deletion, not with the creation.
  const isFirst = before.metadata.deletionTimestamp === undefined;
  if (!isCustomResourceDefinition(before) || !isFirst || finalizers.includes(cleanupFinalizer))
    return finalizers;
  return [...finalizers, cleanupFinalizer];
}

function propagatedFinalizers(
  before: KubeObject,
  propagation: DeleteChange['propagation'],
): readonly string[] {
  const kept = (before.metadata.finalizers ?? []).filter(
    (name) => name !== 'orphan' && name !== 'foregroundDeletion',
  );
  if (propagation === 'Foreground') return [...kept, 'foregroundDeletion'];
  if (propagation === 'Orphan') return [...kept, 'orphan'];
  return propagation === undefined ? (before.metadata.finalizers ?? []) : kept;
}
