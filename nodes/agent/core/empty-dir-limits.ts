/** Bounds of emptyDir volumes on disk: whoever writes more is evicted. Those in memory are bounded by their mount. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';

export interface BoundedVolume {
  readonly name: string;
  readonly limitBytes: number;
  /** Of the eviction of a pod that keeps more in it; the kubelet's. */
  readonly message: string;
}

export function boundedVolumes(pod: Pod): readonly BoundedVolume[] {
  return (pod.spec?.volumes ?? []).flatMap(({ name, emptyDir }) => {
    const limit = emptyDir?.sizeLimit;
    const limitBytes = (limit === undefined ? undefined : quantityValue(limit)) ?? 0;
    if (limit === undefined || emptyDir?.medium === 'Memory' || limitBytes <= 0) return [];
    const message = `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit ${JSON.stringify(String(limit))}. `;
    return [{ name, limitBytes, message }];
  });
}
