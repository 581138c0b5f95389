/** Fields of a pod as its own containers may read them: environment and downward API volumes. */
import type {
  Container,
  ObjectFieldSelector,
  Pod,
  ResourceFieldSelector,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import { resourceOf } from './resources.ts';

/** What is known of the pod only here. */
export interface PodAddresses {
  readonly nodeName: string;
  readonly hostIPs: readonly string[];
  readonly podIPs: readonly string[];
}

const plainFields: Readonly<Record<string, (pod: Pod, addresses: PodAddresses) => string>> = {
  'metadata.name': (pod) => pod.metadata.name ?? '',
  'metadata.namespace': (pod) => pod.metadata.namespace ?? '',
  'metadata.uid': (pod) => pod.metadata.uid ?? '',
  'metadata.labels': (pod) => formatMap(pod.metadata.labels ?? {}),
  'metadata.annotations': (pod) => formatMap(pod.metadata.annotations ?? {}),
  'spec.nodeName': (_pod, addresses) => addresses.nodeName,
  'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
  'status.hostIP': (_pod, addresses) => addresses.hostIPs[0] ?? '',
  'status.hostIPs': (_pod, addresses) => addresses.hostIPs.join(','),
  'status.podIP': (_pod, addresses) => addresses.podIPs[0] ?? '',
  'status.podIPs': (_pod, addresses) => addresses.podIPs.join(','),
};

/** The value of a `fieldRef`; undefined where there is no such field. */
export function fieldValue(
  pod: Pod,
  selector: ObjectFieldSelector,
  addresses: PodAddresses,
): string | undefined {
  const subscript = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(selector.fieldPath);
  if (subscript !== null) {
    const map = subscript[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations;
    return map?.[subscript[2] ?? ''] ?? '';
  }
  return plainFields[selector.fieldPath]?.(pod, addresses);
}

/** Digits that survive the division of decimal fractions: 70m by 1m is 70, not a little more. */
const exactDigits = 14;

/** What the host has: limits that a container does not set are its own. */
export interface HostCapacity {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** The value of a `resourceFieldRef`, divided and rounded up; undefined where there is no such resource or container. */
export function resourceFieldValue(
  containers: readonly Container[],
  own: Container | undefined,
  selector: ResourceFieldSelector,
  host: HostCapacity,
): string | undefined {
  const container =
    selector.containerName === undefined
      ? own
      : containers.find(({ name }) => name === selector.containerName);
  const [kind, name] = selector.resource.split('.', 2);
  if (container === undefined || name === undefined || (kind !== 'limits' && kind !== 'requests'))
    return undefined;
  const capacity: Readonly<Record<string, number>> = { cpu: host.cpus, memory: host.memoryBytes };
  const value = resourceOf(container, kind, name) ?? (kind === 'limits' ? capacity[name] : 0);
  const divisor = quantityValue(selector.divisor ?? '1');
  if (value === undefined || divisor === undefined) return undefined;
  const quotient = value / (divisor === 0 ? 1 : divisor);
  return String(Math.ceil(Number(quotient.toPrecision(exactDigits))));
}

/** `key="value"` lines, sorted and quoted, as in the kubelet's downward API files. */
function formatMap(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}
