/** Pods as the workload controllers make them: the owner's template under a name, owned by the owner. */
import type { Pod, PodTemplateSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { controllerReference } from './owner.ts';

/** The pod of `template` that `owner` controls, in the owner's namespace. Server-set fields come with the commit. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplateSpec | undefined,
  names: { readonly name: string; readonly generateName?: string },
): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...names,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    ...(template?.spec === undefined ? {} : { spec: template.spec }),
  };
}
