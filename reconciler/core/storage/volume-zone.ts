/** Volumes that say their zone or region by label are used there alone: kube-scheduler's VolumeZone. */
import type { Node, PersistentVolume } from '../../../schemas/kubernetes/types/core-v1.ts';

const topologyLabels = [
  ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
] as const;

/** A volume that spans zones names them all, joined by this. */
const zoneSeparator = '__';

/** Why the volume cannot be used on the node. A node that says nothing of zones is not judged by them. */
export function zoneRefusal(volume: PersistentVolume, node: Node): string | undefined {
  const nodeLabels = node.metadata.labels ?? {};
  if (!topologyLabels.flat().some((label) => nodeLabels[label] !== undefined)) return undefined;
  for (const names of topologyLabels) {
    for (const name of names) {
      const wanted = volume.metadata.labels?.[name]?.split(zoneSeparator);
      if (wanted === undefined) continue;
      const has =
        nodeLabels[name] ?? names.map((other) => nodeLabels[other]).find((value) => value !== undefined);
      if (has === undefined || !wanted.includes(has)) return 'node(s) had no available volume zone';
    }
  }
  return undefined;
}
