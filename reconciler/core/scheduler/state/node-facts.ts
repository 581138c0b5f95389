/** What of a node decides anything in scheduling, as text; a heartbeat changes none of it. */
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';

export function nodeFacts({ metadata, spec, status }: Node): string {
  const ready = status?.conditions?.find((one) => one.type === 'Ready')?.status;
  return JSON.stringify([
    metadata.labels,
    spec?.taints,
    spec?.unschedulable,
    spec?.podCIDR,
    status?.allocatable,
    ready,
    status?.images,
  ]);
}
