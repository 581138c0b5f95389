/**
 * The nodes in flat arrays by slot. A node keeps its slot while it is there; slots of nodes that left are used
 * again. What is decided must not depend on slots: nodes are walked in `order`, which follows from the nodes alone.
 */
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { amountOf } from '../pod-requests.ts';
import { Topology } from './topology.ts';

/** One resource over all nodes. */
export interface ResourceColumn {
  readonly resource: string;
  allocatable: Float64Array;
  requested: Float64Array;
}

/** Kubernetes' default, for a node that does not say how many pods it takes. */
const podsPerNodeDefault = 110;
const firstCapacity = 64;
export const zoneLabel = 'topology.kubernetes.io/zone';
const regionLabel = 'topology.kubernetes.io/region';

export class NodeTable {
  readonly nodes: (Node | undefined)[] = [];
  capacity = firstCapacity;
  /** cpu and memory of the pods as nodes are compared by. */
  comparedCpu = new Float64Array(firstCapacity);
  comparedMemory = new Float64Array(firstCapacity);
  readonly columns = new Map<string, ResourceColumn>();
  readonly topologies = new Map<string, Topology>();
  /** Nodes with a PreferNoSchedule taint: without any, nothing needs to be scored. */
  readonly discouraged = new Set<number>();
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #images = new Map<string, Map<number, number>>();
  #order: Int32Array | undefined;

  get size(): number {
    return this.#slots.size;
  }

  slotOf(name: string): number | undefined {
    return this.#slots.get(name);
  }

  nameOf(slot: number): string {
    return this.nodes[slot]?.metadata.name ?? '';
  }

  /** Slots of all nodes, neighbours in different zones, so that any stretch of it is spread over them. */
  get order(): Int32Array {
    this.#order ??= orderOf(this.nodes);
    return this.#order;
  }

  /** Puts the node into its slot, a new one where it is new; gives the slot. */
  put(node: Node): number {
    const name = node.metadata.name ?? '';
    const known = this.#slots.get(name);
    const slot = known ?? this.#free.pop() ?? this.nodes.length;
    if (slot >= this.capacity) this.#grow();
    const before = this.nodes[slot];
    if (known === undefined || zoneOf(before) !== zoneOf(node)) this.#order = undefined;
    this.#slots.set(name, slot);
    this.nodes[slot] = node;
    for (const column of this.columns.values()) column.allocatable[slot] = allocatable(node, column.resource);
    for (const topology of this.topologies.values()) topology.set(slot, node);
    if ((node.spec?.taints ?? []).some((taint) => taint.effect === 'PreferNoSchedule'))
      this.discouraged.add(slot);
    else this.discouraged.delete(slot);
    this.#setImages(slot, before, node);
    return slot;
  }

  remove(slot: number): void {
    const before = this.nodes[slot];
    if (before === undefined) return;
    this.#slots.delete(before.metadata.name ?? '');
    this.nodes[slot] = undefined;
    this.#free.push(slot);
    this.#order = undefined;
    for (const column of this.columns.values()) column.allocatable[slot] = 0;
    for (const topology of this.topologies.values()) topology.set(slot, undefined);
    this.discouraged.delete(slot);
    this.#setImages(slot, before, undefined);
  }

  /** The resource's column; all zeros where no node has it. */
  column(resource: string): ResourceColumn {
    const known = this.columns.get(resource);
    if (known !== undefined) return known;
    const column: ResourceColumn = {
      resource,
      allocatable: new Float64Array(this.capacity),
      requested: new Float64Array(this.capacity),
    };
    for (const [slot, node] of this.nodes.entries())
      if (node !== undefined) column.allocatable[slot] = allocatable(node, resource);
    this.columns.set(resource, column);
    return column;
  }

  topology(key: string): Topology {
    const known = this.topologies.get(key);
    if (known !== undefined) return known;
    const topology = new Topology(key, this.capacity);
    for (const [slot, node] of this.nodes.entries()) topology.set(slot, node);
    this.topologies.set(key, topology);
    return topology;
  }

  /** Bytes of the image by slot of the nodes that have it. */
  image(name: string): ReadonlyMap<number, number> | undefined {
    return this.#images.get(name);
  }

  #setImages(slot: number, before: Node | undefined, after: Node | undefined): void {
    if (before?.status?.images === after?.status?.images) return;
    for (const image of before?.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const sizes = this.#images.get(name);
        sizes?.delete(slot);
        if (sizes?.size === 0) this.#images.delete(name);
      }
    }
    for (const image of after?.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const sizes = this.#images.get(name) ?? new Map<number, number>();
        sizes.set(slot, image.sizeBytes ?? 0);
        this.#images.set(name, sizes);
      }
    }
  }

  #grow(): void {
    this.capacity *= 2;
    const grown = (array: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(this.capacity);
      next.set(array);
      return next;
    };
    this.comparedCpu = grown(this.comparedCpu);
    this.comparedMemory = grown(this.comparedMemory);
    for (const column of this.columns.values()) {
      column.allocatable = grown(column.allocatable);
      column.requested = grown(column.requested);
    }
    for (const topology of this.topologies.values()) topology.grow(this.capacity);
  }
}

/** Millicores, bytes or pieces that the node has to give. */
export function allocatable(node: Node, resource: string): number {
  const quantity = node.status?.allocatable?.[resource];
  if (quantity === undefined) return resource === 'pods' ? podsPerNodeDefault : 0;
  return amountOf(resource, quantity);
}

function zoneOf(node: Node | undefined): string {
  const labels = node?.metadata.labels;
  return `${labels?.[regionLabel] ?? ''}/${labels?.[zoneLabel] ?? ''}`;
}

/** The first node of each zone, then the second of each, and so on; by name within a zone. */
function orderOf(nodes: readonly (Node | undefined)[]): Int32Array {
  const zones = new Map<string, { readonly name: string; readonly slot: number }[]>();
  for (const [slot, node] of nodes.entries()) {
    if (node === undefined) continue;
    const zone = zones.get(zoneOf(node)) ?? [];
    zone.push({ name: node.metadata.name ?? '', slot });
    zones.set(zoneOf(node), zone);
  }
  const sorted = [...zones].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
  for (const members of sorted) members.sort((a, b) => (a.name < b.name ? -1 : 1));
  const order: number[] = [];
  const longest = Math.max(0, ...sorted.map((members) => members.length));
  for (let rank = 0; rank < longest; rank++) {
    for (const members of sorted) {
      const member = members[rank];
      if (member !== undefined) order.push(member.slot);
    }
  }
  return Int32Array.from(order);
}
