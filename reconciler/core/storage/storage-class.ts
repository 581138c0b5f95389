/** What a claim's or volume's StorageClass says about it. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { StorageClass } from '../../../schemas/kubernetes/types/storage-v1.ts';
import { storageClassOf } from '../admission/storage-class-name.ts';
import type { ClusterView } from '../model/view.ts';

const volumeAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** Empty where the volume has none. */
export function classNameOfVolume({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[volumeAnnotation] ?? spec?.storageClassName ?? '';
}

/** The claim's class; undefined where it names none, or one that is not there. */
export function classOfClaim(claim: PersistentVolumeClaim, view: ClusterView): StorageClass | undefined {
  const name = storageClassOf(claim);
  return name === '' ? undefined : view.get<StorageClass>('storage.k8s.io/v1', 'StorageClass', '', name);
}

/** Whether the claim is left alone until a pod needs it. */
export function waitsForConsumer(claim: PersistentVolumeClaim, view: ClusterView): boolean {
  return classOfClaim(claim, view)?.volumeBindingMode === 'WaitForFirstConsumer';
}
