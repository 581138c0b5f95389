/** Whether a class makes volumes, and for which nodes. */
import type { Node } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { StorageClass } from '../../../schemas/kubernetes/types/storage-v1.ts';
import { noProvisioner } from './annotations.ts';

/** Whether the class's provisioner can be asked for a volume that the node reaches. */
export function isProvisionable(storageClass: StorageClass, node: Node): boolean {
  if (storageClass.provisioner === '' || storageClass.provisioner === noProvisioner) return false;
  const topologies = storageClass.allowedTopologies ?? [];
  return (
    topologies.length === 0 ||
    topologies.some((term) =>
      (term.matchLabelExpressions ?? []).every(({ key, values }) =>
        values.includes(node.metadata.labels?.[key] ?? ''),
      ),
    )
  );
}
