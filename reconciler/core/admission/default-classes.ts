/** Classes that are taken where an object names none: of storage for claims, of controllers for ingresses. */
import type { PersistentVolumeClaim } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Ingress, IngressClass } from '../../../schemas/kubernetes/types/networking-v1.ts';
import type { StorageClass } from '../../../schemas/kubernetes/types/storage-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { type AdmissionPlugin, admitted } from './plugin.ts';
import { namesStorageClass } from './storage-class-name.ts';

const storageDefaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const ingressDefaultAnnotation = 'ingressclass.kubernetes.io/is-default-class';
const ingressClassAnnotation = 'kubernetes.io/ingress.class';

/** The newest default class; equally old ones go by name. */
function newest<T extends KubeObject>(classes: readonly T[], annotations: readonly string[]): T | undefined {
  const isDefault = ({ metadata }: T): boolean =>
    annotations.some((name) => metadata.annotations?.[name] === 'true');
  const made = ({ metadata }: T): string => metadata.creationTimestamp ?? '';
  return classes
    .filter(isDefault)
    .toSorted((a, b) =>
      made(a) === made(b)
        ? (a.metadata.name ?? '') < (b.metadata.name ?? '')
          ? -1
          : 1
        : made(a) > made(b)
          ? -1
          : 1,
    )[0];
}

/** The class of claims that name none. */
export function defaultStorageClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  return newest(classes, storageDefaultAnnotations);
}

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  operations: ['CREATE'],
  kinds: new Set(['/PersistentVolumeClaim']),
  admit: ({ object, view }) => {
    const claim = object as PersistentVolumeClaim;
    if (claim.spec === undefined || namesStorageClass(claim)) return admitted;
    const found = defaultStorageClassOf(view.list<StorageClass>('storage.k8s.io/v1', 'StorageClass'));
    if (found?.metadata.name === undefined) return admitted;
    const spec = { ...claim.spec, storageClassName: found.metadata.name };
    return { object: { ...claim, spec } as PersistentVolumeClaim };
  },
};

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  operations: ['CREATE'],
  kinds: new Set(['networking.k8s.io/Ingress']),
  admit: (request) => {
    const ingress = request.object as Ingress;
    const named =
      ingress.spec?.ingressClassName !== undefined ||
      ingress.metadata.annotations?.[ingressClassAnnotation] !== undefined;
    if (named) return admitted;
    const classes = request.view.list<IngressClass>('networking.k8s.io/v1', 'IngressClass');
    const found = newest(classes, [ingressDefaultAnnotation]);
    if (found?.metadata.name === undefined) return admitted;
    const spec = { ...ingress.spec, ingressClassName: found.metadata.name };
    return { object: { ...ingress, spec } as Ingress };
  },
};
