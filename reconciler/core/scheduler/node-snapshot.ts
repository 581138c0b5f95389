/**
 * The nodes as a planning round sees them, in flat arrays by node index. It is changed within the round as pods
 * are placed, so that one round binds many pods and over-allocates none.
 */
import type { ContainerPort, Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import type { ClusterView } from '../model/view.ts';
import { amountOf, podRequests } from './pod-requests.ts';

/** One resource over all nodes. */
export interface ResourceColumn {
  readonly allocatable: Float64Array;
  readonly requested: Float64Array;
}

/** What a container without requests is counted as when nodes are compared (never when they are filled). */
const assumedCpu = 100;
const assumedMemory = 200 * 2 ** 20;

/** Kubernetes' default, for a node that does not say how many pods it takes. */
const podsPerNodeDefault = 110;

const zoneLabel = 'topology.kubernetes.io/zone';

export class NodeSnapshot {
  readonly nodes: readonly Node[];
  /** Small numbers for zones by node index; -1 for a node without one. */
  readonly zones: Int32Array;
  /** Bytes of images by name and node index; made when first asked for. */
  #images: ReadonlyMap<string, ReadonlyMap<number, number>> | undefined;
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #columns = new Map<string, ResourceColumn>();
  readonly #compared = new Map<string, Float64Array>();
  readonly #groups = new Map<string, Int32Array>();
  readonly #ports = new Map<number, Set<string>>();

  /** Every pod that is not terminal counts, but the one with the uid `without`. */
  constructor(view: ClusterView, without?: string) {
    this.nodes = view.list<Node>('v1', 'Node');
    this.#indexes = new Map(this.nodes.map((node, index) => [node.metadata.name ?? '', index]));
    this.zones = zonesOf(this.nodes);
    for (const [index, node] of this.nodes.entries()) {
      for (const pod of view.podsOnNode(node.metadata.name ?? '')) {
        if (!isPodTerminal(pod) && (without === undefined || pod.metadata.uid !== without))
          this.place(pod, index);
      }
    }
  }

  indexOf(nodeName: string): number | undefined {
    return this.#indexes.get(nodeName);
  }

  /** Counts `pod` as placed on the node. */
  place(pod: Pod, index: number): void {
    const requests = podRequests(pod);
    for (const [resource, amount] of requests) {
      const { requested } = this.column(resource);
      requested[index] = (requested[index] ?? 0) + amount;
    }
    for (const resource of ['cpu', 'memory'] as const) {
      const compared = this.compared(resource);
      compared[index] = (compared[index] ?? 0) + comparedAmount(pod, resource);
    }
    const group = this.group(groupOf(pod));
    group[index] = (group[index] ?? 0) + 1;
    const ports = hostPortsOf(pod);
    if (ports.length === 0) return;
    const taken = this.#ports.get(index) ?? new Set<string>();
    for (const port of ports) taken.add(port);
    this.#ports.set(index, taken);
  }

  /** The resource's column; all zeros where no node has it. */
  column(resource: string): ResourceColumn {
    const known = this.#columns.get(resource);
    if (known !== undefined) return known;
    const allocatable = Float64Array.from(this.nodes, (node) => {
      const quantity = node.status?.allocatable?.[resource];
      if (quantity === undefined) return resource === 'pods' ? podsPerNodeDefault : 0;
      return amountOf(resource, quantity);
    });
    const column = { allocatable, requested: new Float64Array(this.nodes.length) };
    this.#columns.set(resource, column);
    return column;
  }

  /** Requests by node, with an assumed one for each container that makes none: for comparing nodes only. */
  compared(resource: 'cpu' | 'memory'): Float64Array {
    const known = this.#compared.get(resource) ?? new Float64Array(this.nodes.length);
    this.#compared.set(resource, known);
    return known;
  }

  /** Pods of a group by node. */
  group(key: string): Int32Array {
    const known = this.#groups.get(key) ?? new Int32Array(this.nodes.length);
    this.#groups.set(key, known);
    return known;
  }

  /** `protocol/address/port` of the host ports in use; undefined where none is. */
  hostPorts(index: number): ReadonlySet<string> | undefined {
    return this.#ports.get(index);
  }

  /** Bytes of the image by index of the nodes that have it. */
  image(name: string): ReadonlyMap<number, number> | undefined {
    this.#images ??= imagesOf(this.nodes);
    return this.#images.get(name);
  }
}

/** Millicores or bytes that the pod counts for when nodes are compared. */
export function comparedAmount(pod: Pod, resource: 'cpu' | 'memory'): number {
  const requested = podRequests(pod).get(resource) ?? 0;
  if (requested > 0) return requested;
  return (pod.spec?.containers.length ?? 0) * (resource === 'cpu' ? assumedCpu : assumedMemory);
}

/** Pods to be kept apart: those of one controller, or bare pods with the same labels. */
export function groupOf(pod: Pod): string {
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true);
  return owner?.uid ?? `${pod.metadata.namespace ?? ''} ${canonicalJson(pod.metadata.labels ?? {})}`;
}

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

/** Whether `wanted` can be had beside `taken`: any address clashes with every other on the same port. */
export function isPortTaken(wanted: string, taken: ReadonlySet<string>): boolean {
  const [protocol = '', address = '', port = ''] = wanted.split('/');
  if (taken.has(wanted) || taken.has(`${protocol}/${anyAddress}/${port}`)) return true;
  if (address !== anyAddress) return false;
  return [...taken].some((other) => other.startsWith(`${protocol}/`) && other.endsWith(`/${port}`));
}

function zonesOf(nodes: readonly Node[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(nodes, (node) => {
    const zone = node.metadata.labels?.[zoneLabel];
    if (zone === undefined) return -1;
    const number = numbers.get(zone) ?? numbers.size;
    numbers.set(zone, number);
    return number;
  });
}

function imagesOf(nodes: readonly Node[]): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const images = new Map<string, Map<number, number>>();
  for (const [index, node] of nodes.entries()) {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const sizes = images.get(name) ?? new Map<number, number>();
        sizes.set(index, image.sizeBytes ?? 0);
        images.set(name, sizes);
      }
    }
  }
  return images;
}
