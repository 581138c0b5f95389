/** Ports of a pod that its host forwards. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { HostPort } from './host-port.ts';
import { isSidecar } from './restart.ts';

/** None for a pod on the host's network: its ports are the host's own. */
export function hostPortsOf(pod: Pod, podIP: string | undefined): readonly HostPort[] {
  if (podIP === undefined || pod.spec?.hostNetwork === true) return [];
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter(isSidecar)];
  return containers.flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, hostIP, containerPort, protocol }) => {
      if (hostPort === undefined || hostPort === 0) return [];
      const address = hostIP === undefined || hostIP === '' || hostIP === '0.0.0.0' ? {} : { hostIP };
      return [
        { protocol: (protocol ?? 'TCP') as HostPort['protocol'], hostPort, podIP, containerPort, ...address },
      ];
    }),
  );
}
