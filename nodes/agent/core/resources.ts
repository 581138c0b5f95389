/** Requests and limits of containers, as cgroups want them. */
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import type { ResourceSpec } from './runtime-model.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const cpuPeriodUs = 100_000;
/** The kernel's floor for a quota. */
const cpuQuotaUsMin = 1000;
const cpuSharesMin = 2;
const cpuSharesMax = 262_144;

/** `limits[name]` or `requests[name]` in the base unit; a request that is not given equals its limit. */
export function resourceOf(
  container: Container,
  kind: 'limits' | 'requests',
  name: string,
): number | undefined {
  const own = container.resources?.[kind]?.[name];
  const text = own ?? (kind === 'requests' ? container.resources?.limits?.[name] : undefined);
  return text === undefined ? undefined : quantityValue(text);
}

export function qosClassOf(pod: Pod): QosClass {
  const containers: readonly Container[] = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []),
  ];
  const names = ['cpu', 'memory'];
  const asks = (container: Container): boolean =>
    names.some((name) => (resourceOf(container, 'requests', name) ?? 0) > 0);
  if (!containers.some(asks)) return 'BestEffort';
  const bound = (container: Container): boolean =>
    names.every((name) => {
      const limit = resourceOf(container, 'limits', name) ?? 0;
      return limit > 0 && resourceOf(container, 'requests', name) === limit;
    });
  return containers.every(bound) ? 'Guaranteed' : 'Burstable';
}

/** As the kubelet computes them; `memoryBytes` is the host's. */
export function resourceSpecOf(pod: Pod, container: Container, memoryBytes: number): ResourceSpec {
  const cpuRequest = resourceOf(container, 'requests', 'cpu') ?? 0;
  const cpuLimit = resourceOf(container, 'limits', 'cpu') ?? 0;
  return {
    cpuShares: Math.min(cpuSharesMax, Math.max(cpuSharesMin, Math.floor(cpuRequest * 1024))),
    cpuQuotaUs: cpuLimit === 0 ? 0 : Math.max(cpuQuotaUsMin, Math.floor(cpuLimit * cpuPeriodUs)),
    cpuPeriodUs,
    memoryLimitBytes: Math.ceil(resourceOf(container, 'limits', 'memory') ?? 0),
    oomScoreAdj: oomScoreAdjOf(pod, container, memoryBytes),
  };
}

/** The kubelet's policy: what asks for more memory is killed later; a bound is kept to both other classes. */
function oomScoreAdjOf(pod: Pod, container: Container, memoryBytes: number): number {
  switch (qosClassOf(pod)) {
    case 'Guaranteed':
      return -997;
    case 'BestEffort':
      return 1000;
    case 'Burstable': {
      const request = resourceOf(container, 'requests', 'memory') ?? 0;
      return Math.min(999, Math.max(3, Math.floor(1000 - (1000 * request) / memoryBytes)));
    }
  }
}
