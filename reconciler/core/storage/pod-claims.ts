/** The PersistentVolumeClaims that a pod uses, by name and through generic ephemeral volumes. */
import type { PersistentVolumeClaim, Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';

/** One volume of a pod that is a claim. */
export interface PodClaim {
  readonly volume: Volume;
  /** Name of the claim, in the pod's namespace. */
  readonly name: string;
  /** The claim is made for this pod alone, by the ephemeral volume controller. */
  readonly ephemeral: boolean;
}

/** In the order of the pod's volumes. */
export function podClaims(pod: Pod): readonly PodClaim[] {
  return (pod.spec?.volumes ?? []).flatMap((volume): PodClaim[] => {
    if (volume.persistentVolumeClaim !== undefined)
      return [{ volume, name: volume.persistentVolumeClaim.claimName, ephemeral: false }];
    if (volume.ephemeral !== undefined)
      return [{ volume, name: ephemeralClaimName(pod, volume.name), ephemeral: true }];
    return [];
  });
}

/** `POD-VOLUME`, which is how everybody finds it. */
function ephemeralClaimName(pod: Pod, volume: string): string {
  return `${pod.metadata.name ?? ''}-${volume}`;
}

/** Whether the claim was made for this pod: a namesake that somebody else made is not used in its place. */
export function isClaimOfPod(claim: PersistentVolumeClaim, pod: Pod): boolean {
  return (claim.metadata.ownerReferences ?? []).some(
    (owner) => owner.controller === true && owner.uid === pod.metadata.uid,
  );
}

/** In Kubernetes' words. */
export function foreignClaimMessage(claim: PersistentVolumeClaim, pod: Pod): string {
  const { namespace = '', name = '' } = claim.metadata;
  return `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} (pod is not owner)`;
}

/** Whether a pod uses the claim `name` of its namespace. */
export function usesClaim(pod: Pod, name: string): boolean {
  return podClaims(pod).some((claim) => claim.name === name);
}
