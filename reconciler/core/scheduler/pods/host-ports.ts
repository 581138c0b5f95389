/** Host ports that pods ask for, and when two of them clash. */
import type { ContainerPort, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';

const anyAddress = '0.0.0.0';

/** `protocol/address/port` of every host port that the pod asks for. */
export function hostPortsOf(pod: Pod): readonly string[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(
    (container) => container.restartPolicy === 'Always',
  );
  const ports: readonly ContainerPort[] = [...(pod.spec?.containers ?? []), ...sidecars].flatMap(
    (container) => container.ports ?? [],
  );
  return ports.flatMap((port) => {
    if ((port.hostPort ?? 0) === 0) return [];
    const address = (port.hostIP ?? '') === '' ? anyAddress : port.hostIP;
    return [`${port.protocol ?? 'TCP'}/${address}/${port.hostPort}`];
  });
}

/** Host ports of a node that are in use; a port may be asked for once by each of several pods that are going. */
export class PortsInUse {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  add(ports: readonly string[]): void {
    for (const port of ports) this.#counts.set(port, (this.#counts.get(port) ?? 0) + 1);
  }

  remove(ports: readonly string[]): void {
    for (const port of ports) {
      const count = (this.#counts.get(port) ?? 0) - 1;
      if (count > 0) this.#counts.set(port, count);
      else this.#counts.delete(port);
    }
  }

  /** Whether `wanted` cannot be had: any address clashes with every other on the same port and protocol. */
  clashes(wanted: string): boolean {
    if (this.#counts.has(wanted)) return true;
    const [protocol = '', address = '', port = ''] = wanted.split('/');
    if (this.#counts.has(`${protocol}/${anyAddress}/${port}`)) return true;
    if (address !== anyAddress) return false;
    for (const other of this.#counts.keys())
      if (other.startsWith(`${protocol}/`) && other.endsWith(`/${port}`)) return true;
    return false;
  }

  /** Sorted, for comparison. */
  list(): readonly string[] {
    return [...this.#counts].map(([port, count]) => `${port} ${count}`).sort();
  }
}
