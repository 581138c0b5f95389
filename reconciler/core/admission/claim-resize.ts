/** Claims grow only where their storage class says that volumes of it can. */
import type { PersistentVolumeClaim } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { StorageClass } from '../../../schemas/kubernetes/types/storage-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import type { ClusterView } from '../model/view.ts';
import { type AdmissionPlugin, admitted, refuse } from './plugin.ts';
import { storageClassOf } from './storage-class-name.ts';

export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  operations: ['UPDATE'],
  kinds: new Set(['/PersistentVolumeClaim']),
  admit: (request) => {
    const claim = request.object as PersistentVolumeClaim;
    const old = request.before as PersistentVolumeClaim | undefined;
    if (old === undefined || sizeOf(claim) <= sizeOf(old)) return admitted;
    if (old.status?.phase !== 'Bound')
      return refuse(request, 'Only bound persistent volume claims can be expanded');
    const name = storageClassOf(claim);
    if (name === storageClassOf(old) && expands(name, request.view)) return admitted;
    return refuse(
      request,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};

function expands(name: string, view: ClusterView): boolean {
  if (name === '') return false;
  const found = view.get<StorageClass>('storage.k8s.io/v1', 'StorageClass', '', name);
  return found?.allowVolumeExpansion === true;
}

/** Bytes. */
function sizeOf({ spec }: PersistentVolumeClaim): number {
  return quantityValue(spec?.resources?.requests?.['storage']) ?? 0;
}
