/** Claims and volumes stay while they are used: their finalizers come with them and go when nobody needs them. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import type { KubeObject } from '../../model/object.ts';
import { emptyPlan, type Plan } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';
import { claimProtectionFinalizer, volumeProtectionFinalizer } from '../../storage/annotations.ts';
import { isClaimOfPod, podClaims } from '../../storage/pod-claims.ts';

export const claimProtectionController: Controller = {
  name: 'pvc-protection-controller',
  keysFor: ({ ref, before, after }) => {
    if (ref.kind === 'PersistentVolumeClaim') return [ref];
    // A pod that is there uses its claims, whatever became of it: only its end frees them.
    if (ref.kind !== 'Pod' || after !== undefined || before === undefined) return [];
    return podClaims(before as Pod).map(({ name }) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace: ref.namespace,
      name,
    }));
  },
  plan: ({ namespace, name }, view) => {
    const claim = view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespace, name);
    if (claim === undefined) return emptyPlan;
    return planFinalizer(claim, claimProtectionFinalizer, () => isClaimUsed(claim, view));
  },
};

export const volumeProtectionController: Controller = {
  name: 'pv-protection-controller',
  keysFor: ({ ref }) => (ref.kind === 'PersistentVolume' ? [ref] : []),
  plan: ({ name }, view) => {
    const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', name);
    if (volume === undefined) return emptyPlan;
    return planFinalizer(volume, volumeProtectionFinalizer, () => volume.status?.phase === 'Bound');
  },
};

function planFinalizer(object: KubeObject, finalizer: string, isUsed: () => boolean): Plan {
  const finalizers = object.metadata.finalizers ?? [];
  const has = finalizers.includes(finalizer);
  const leaves = object.metadata.deletionTimestamp !== undefined;
  if (leaves ? !has || isUsed() : has) return emptyPlan;
  const next = leaves ? finalizers.filter((name) => name !== finalizer) : [...finalizers, finalizer];
  const after = { ...object, metadata: { ...object.metadata, finalizers: next } };
  return { changes: [{ type: 'update', scope: 'spec', object: after }], events: [] };
}

/** A pod that has no node yet will not start with a claim that is being deleted, and so does not hold it. */
function isClaimUsed(claim: PersistentVolumeClaim, view: ClusterView): boolean {
  const { namespace = '', name = '' } = claim.metadata;
  return view
    .list<Pod>('v1', 'Pod', namespace)
    .some(
      (pod) =>
        (pod.spec?.nodeName ?? '') !== '' &&
        podClaims(pod).some((one) => one.name === name && (!one.ephemeral || isClaimOfPod(claim, pod))),
    );
}
