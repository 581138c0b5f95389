/** Objects without their content (meta.k8s.io PartialObjectMetadata). */
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { KubeObject } from '../model/object.ts';

/** Versions of meta.k8s.io that clients ask for. */
export type MetaVersion = 'v1' | 'v1beta1';

export interface PartialObjectMetadata {
  readonly kind: 'PartialObjectMetadata';
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
}

export interface PartialObjectMetadataList {
  readonly kind: 'PartialObjectMetadataList';
  readonly apiVersion: string;
  readonly metadata: object;
  readonly items: readonly PartialObjectMetadata[];
}

/** The metadata of an object and nothing else. */
export function partialObjectMetadata(object: KubeObject, version: MetaVersion): PartialObjectMetadata {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object.metadata,
  };
}

/** The metadata of each object of a list, under the metadata of the list. */
export function partialObjectMetadataList(
  objects: readonly KubeObject[],
  metadata: object,
  version: MetaVersion,
): PartialObjectMetadataList {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    items: objects.map((object) => partialObjectMetadata(object, version)),
  };
}
