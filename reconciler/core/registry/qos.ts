/** A pod's quality of service class, as Kubernetes derives it from requests and limits of cpu and memory. */
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const computed = ['cpu', 'memory'] as const;

export function qosClassOf(pod: Pod): QosClass {
  const containers: readonly Container[] = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []),
  ];
  const asks = (container: Container): boolean =>
    computed.some(
      (name) =>
        container.resources?.requests?.[name] !== undefined ||
        container.resources?.limits?.[name] !== undefined,
    );
  if (!containers.some(asks)) return 'BestEffort';
  const guaranteed = containers.every((container) =>
    computed.every((name) => {
      const limit = container.resources?.limits?.[name];
      return limit !== undefined && (container.resources?.requests?.[name] ?? limit) === limit;
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
