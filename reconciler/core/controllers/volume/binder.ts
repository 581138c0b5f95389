/** The volume binder: claims find volumes, or have them made, and volumes learn what became of their claims. */
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import { storageClassOf } from '../../admission/storage-class-name.ts';
import type { Controller } from '../../model/controller.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { isFullyBound } from '../../storage/binding.ts';
import { hostnameOfVolume, isLocalPathVolume } from '../../storage/local-path.ts';
import { podClaims } from '../../storage/pod-claims.ts';
import { classNameOfVolume } from '../../storage/storage-class.ts';
import { planClaim } from './claim-plan.ts';
import { planVolume } from './volume-plan.ts';

const claimKind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' } as const;
const volumeKind = { apiVersion: 'v1', kind: 'PersistentVolume', namespace: '' } as const;

export const volumeBinder: Controller = {
  name: 'persistentvolume-binder-controller',
  keysFor: (change, view) => {
    switch (change.ref.kind) {
      case 'PersistentVolumeClaim':
        return change.ref.apiVersion === 'v1' ? claimKeys(change) : [];
      case 'PersistentVolume':
        return volumeKeys(change, view);
      case 'StorageClass':
        return unboundClaims(view).map(refOf);
      case 'Pod':
        return podKeys(change);
      case 'Node':
        return change.after === undefined ? nodeKeys(change.ref.name, view) : [];
      default:
        return [];
    }
  },
  plan: (key, view, { nowMs }) => {
    if (key.kind === 'PersistentVolume') {
      const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', key.name);
      return volume === undefined ? emptyPlan : planVolume(volume, view, nowMs);
    }
    const claim = view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', key.namespace, key.name);
    return claim === undefined ? emptyPlan : planClaim(claim, view, nowMs);
  },
};

/** The claim, and the volumes that it is and was bound to. */
function claimKeys({ ref, before, after }: ViewChange): readonly ObjectRef[] {
  const names = [before, after].map(
    (claim) => (claim as PersistentVolumeClaim | undefined)?.spec?.volumeName ?? '',
  );
  const volumes = [...new Set(names)].filter((name) => name !== '');
  return [ref, ...volumes.map((name) => ({ ...volumeKind, name }))];
}

/** The volume, the claims that it names, and where it is free every claim that it might serve. */
function volumeKeys({ ref, before, after }: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const keys: ObjectRef[] = [ref];
  for (const volume of [before, after] as (PersistentVolume | undefined)[]) {
    const { namespace = '', name = '' } = volume?.spec?.claimRef ?? {};
    if (name !== '') keys.push({ ...claimKind, namespace, name });
  }
  const volume = after as PersistentVolume | undefined;
  if (volume !== undefined && volume.spec?.claimRef !== undefined) return keys;
  for (const claim of unboundClaims(view)) {
    const wants = claim.spec?.volumeName ?? '';
    const fits = volume !== undefined && wants === '' && storageClassOf(claim) === classNameOfVolume(volume);
    if (fits || wants === ref.name) keys.push(refOf(claim));
  }
  return keys;
}

/** A claim that waits for its consumer says which pods it waits for. */
function podKeys({ before, after }: ViewChange): readonly ObjectRef[] {
  const pod = (after ?? before) as Pod;
  const claims = podClaims(pod);
  if (claims.length === 0) return [];
  const isSame =
    before !== undefined &&
    after !== undefined &&
    (before as Pod).spec?.nodeName === (after as Pod).spec?.nodeName;
  if (isSame) return [];
  return claims.map(({ name }) => ({ ...claimKind, namespace: pod.metadata.namespace ?? '', name }));
}

/** Local paths of a host that is gone went with it. */
function nodeKeys(nodeName: string, view: ClusterView): readonly ObjectRef[] {
  const isThere = (volume: PersistentVolume): boolean =>
    isLocalPathVolume(volume) && hostnameOfVolume(volume) === nodeName;
  return view.list<PersistentVolume>('v1', 'PersistentVolume').filter(isThere).map(refOf);
}

function unboundClaims(view: ClusterView): readonly PersistentVolumeClaim[] {
  return view
    .list<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim')
    .filter((claim) => !isFullyBound(claim));
}
