/** What a pod asks of a node, read once per pod. */
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { parseMilli, parseQuantity } from '../model/quantity.ts';

/** Requests by resource: cpu in millicores, everything else in its base unit; `pods` is always 1. */
export type Requests = Readonly<Record<string, number>>;

export interface HostPort {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

/** The larger of the containers' sum (with sidecars) and the largest init container, plus overhead. */
export function requestsOf(pod: Pod): Requests {
  const total: Record<string, number> = {};
  const add = (container: Container): void => {
    for (const [name, amount] of amounts(container)) total[name] = (total[name] ?? 0) + amount;
  };
  for (const container of pod.spec?.containers ?? []) add(container);
  const sidecars = (pod.spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always');
  for (const container of sidecars) add(container);
  for (const container of pod.spec?.initContainers ?? []) {
    for (const [name, amount] of amounts(container)) total[name] = Math.max(total[name] ?? 0, amount);
  }
  for (const [name, amount] of Object.entries(pod.spec?.overhead ?? {}))
    total[name] = (total[name] ?? 0) + amountOf(name, amount);
  return { ...total, pods: 1 };
}

/** A resource's amount as Requests count it. */
export function amountOf(name: string, quantity: string): number {
  return name === 'cpu' ? parseMilli(quantity) : parseQuantity(quantity);
}

export function hostPortsOf(pod: Pod): readonly HostPort[] {
  return (pod.spec?.containers ?? []).flatMap((container) =>
    (container.ports ?? []).flatMap((port) =>
      (port.hostPort ?? 0) === 0
        ? []
        : [{ protocol: port.protocol ?? 'TCP', ip: port.hostIP ?? '0.0.0.0', port: port.hostPort ?? 0 }],
    ),
  );
}

/** Whether two pods cannot listen beside each other. */
export function portsClash(one: HostPort, other: HostPort): boolean {
  const everywhere = '0.0.0.0';
  const sameAddress = one.ip === other.ip || one.ip === everywhere || other.ip === everywhere;
  return sameAddress && one.port === other.port && one.protocol === other.protocol;
}

function amounts(container: Container): [string, number][] {
  return Object.entries(container.resources?.requests ?? {}).map(([name, quantity]) => [
    name,
    amountOf(name, quantity),
  ]);
}
