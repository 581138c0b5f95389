/** The ports of a Service as one pod serves them. */
import type { Pod, Service, ServicePort } from '../../../schemas/kubernetes/types/core-v1.ts';

export interface TargetPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** Each port of the Service by number; undefined stands for a named one that the pod does not have. */
export function targetPorts(service: Service, pod: Pod): readonly (TargetPort | undefined)[] {
  return (service.spec?.ports ?? []).map((port) => {
    const number = numberOf(port, pod);
    if (number === undefined) return undefined;
    return {
      name: port.name ?? '',
      port: number,
      protocol: port.protocol ?? 'TCP',
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    };
  });
}

/** Whether every pod serves the Service by the same numbers. */
export function sameForAll(service: Service): boolean {
  return (service.spec?.ports ?? []).every(({ targetPort }) => typeof targetPort !== 'string');
}

function numberOf(port: ServicePort, pod: Pod): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const offered of container.ports ?? []) {
      if (offered.name === target && (offered.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
        return offered.containerPort;
    }
  }
  return undefined;
}
