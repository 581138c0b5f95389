/** Which service account tokens a pod's projected volumes ask for. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';

/** Kubernetes' default of `expirationSeconds`. */
const expirationDefaultSeconds = 3600;

export interface TokenDemand {
  /** Empty: the API's own. */
  readonly audience: string;
  readonly expirationSeconds: number;
}

/** Each once, in the order of the volumes. */
export function tokenDemands(pod: Pod): readonly TokenDemand[] {
  const demands = new Map<string, TokenDemand>();
  for (const volume of pod.spec?.volumes ?? []) {
    for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
      if (serviceAccountToken === undefined) continue;
      const { audience = '', expirationSeconds = expirationDefaultSeconds } = serviceAccountToken;
      demands.set(`${audience} ${expirationSeconds}`, { audience, expirationSeconds });
    }
  }
  return [...demands.values()];
}
