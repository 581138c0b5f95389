/** A StatefulSet's volume claims: made before the pod, and owned by whomever they are to go with. */
import type { StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { OwnerReference } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { sameJson } from '../../model/json.ts';
import type { Change } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';
import { controllerReference, withOwners } from '../owner.ts';
import { claimName, isInRange, ordinalOf, podName } from './identity.ts';

function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map(({ metadata, spec }) => {
    const { name = '', creationTimestamp: _, ...rest } = metadata;
    const owners = ownersFor(set, ordinal, undefined);
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...rest,
        name: claimName(set, name, ordinal),
        namespace: set.metadata.namespace ?? '',
        labels: { ...metadata.labels, ...set.spec?.selector.matchLabels },
        ...(owners.length === 0 ? {} : { ownerReferences: owners }),
      },
      ...(spec === undefined ? {} : { spec }),
    };
  });
}

function existing(claim: PersistentVolumeClaim, view: ClusterView): PersistentVolumeClaim | undefined {
  const { namespace = '', name = '' } = claim.metadata;
  return view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespace, name);
}

/** Claims that the pod of this ordinal needs and that are not there. */
export function missingClaims(set: StatefulSet, ordinal: number, view: ClusterView): readonly Change[] {
  return claimsOf(set, ordinal)
    .filter((claim) => existing(claim, view) === undefined)
    .map((object) => ({ type: 'create', object }));
}

/** A claim that is going away, or that goes with a former pod of the name: a new pod must not get hold of it. */
export function hasStaleClaim(set: StatefulSet, ordinal: number, view: ClusterView): boolean {
  const name = podName(set, ordinal);
  return claimsOf(set, ordinal).some((claim) => {
    const live = existing(claim, view);
    if (live === undefined) return false;
    const ofFormerPod = (live.metadata.ownerReferences ?? []).some(
      (owner) => owner.kind === 'Pod' && owner.apiVersion === 'v1' && owner.name === name,
    );
    return ofFormerPod || live.metadata.deletionTimestamp !== undefined;
  });
}

/**
 * What the retention policy makes the owner of a claim: the set where it goes with the set, the pod where it goes with a
 * pod that is scaled away, nobody where it stays.
 */
function ownersFor(set: StatefulSet, ordinal: number, pod: Pod | undefined): readonly OwnerReference[] {
  const { whenDeleted, whenScaled } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const scaledAway = !isInRange(set, ordinal);
  if (whenScaled === 'Delete' && scaledAway) return pod === undefined ? [] : [controllerReference(pod)];
  return whenDeleted === 'Delete' ? [controllerReference(set)] : [];
}

/** Changes that give the claims of an ordinal the owners of the policy. A claim of another controller is left alone. */
export function reownedClaims(
  set: StatefulSet,
  ordinal: number,
  pod: Pod | undefined,
  view: ClusterView,
): readonly Change[] {
  if ((set.spec?.volumeClaimTemplates ?? []).length === 0) return [];
  const ours = new Set([set.metadata.uid, ...(pod === undefined ? [] : [pod.metadata.uid])]);
  return claimsOf(set, ordinal).flatMap((template) => {
    const claim = existing(template, view);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return [];
    const owners = claim.metadata.ownerReferences ?? [];
    const others = owners.filter(({ uid }) => !ours.has(uid));
    if (others.some(({ controller }) => controller === true)) return [];
    const wanted = [...others, ...ownersFor(set, ordinal, pod)];
    return sameJson(wanted, owners) ? [] : [withOwners(claim, wanted)];
  });
}

/** The same for a pod that is there. */
export function reownedClaimsOf(set: StatefulSet, pod: Pod, view: ClusterView): readonly Change[] {
  return reownedClaims(set, ordinalOf(pod), pod, view);
}
