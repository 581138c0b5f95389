/** The storage class of a claim: an annotation in its early days, a field since. */
import type { PersistentVolumeClaim } from '../../../schemas/kubernetes/types/core-v1.ts';

const annotation = 'volume.beta.kubernetes.io/storage-class';

/** Empty where the claim names none, or wants none. */
export function storageClassOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[annotation] ?? spec?.storageClassName ?? '';
}

/** Whether the claim says anything about its class, even that it wants none. */
export function namesStorageClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[annotation] !== undefined || spec?.storageClassName !== undefined;
}
