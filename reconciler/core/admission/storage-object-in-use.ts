/** Claims and volumes are protected from their first moment: nothing can take them away while they are used. */
import { claimProtectionFinalizer, volumeProtectionFinalizer } from '../storage/annotations.ts';
import { type AdmissionPlugin, admitted } from './plugin.ts';

export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  operations: ['CREATE'],
  kinds: new Set(['/PersistentVolume', '/PersistentVolumeClaim']),
  admit: ({ object }) => {
    const isVolume = object.kind === 'PersistentVolume';
    const finalizer = isVolume ? volumeProtectionFinalizer : claimProtectionFinalizer;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(finalizer)) return admitted;
    return {
      object: { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } },
    };
  },
};
