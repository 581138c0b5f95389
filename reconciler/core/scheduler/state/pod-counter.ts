/** What pods take up on nodes, counted in and out: resources, ports, labels, the terms that they carry. */
import { PortsInUse } from '../pods/host-ports.ts';
import type { NodeTable } from './node-table.ts';
import type { PlacedPod } from './placed-pod.ts';
import type { Selections } from './selections.ts';

export class PodCounter {
  readonly #table: NodeTable;
  readonly #selections: Selections;
  readonly #ports = new Map<number, PortsInUse>();

  constructor(table: NodeTable, selections: Selections) {
    this.#table = table;
    this.#selections = selections;
  }

  ports(slot: number): PortsInUse | undefined {
    return this.#ports.get(slot);
  }

  /** A pod on a node that is not there counts nowhere. */
  count(pod: PlacedPod, by: 1 | -1): void {
    const table = this.#table;
    const slot = table.slotOf(pod.nodeName);
    if (slot === undefined) return;
    const { pods, demand } = pod.of;
    for (const { column, amount } of demand)
      column.requested[slot] = (column.requested[slot] ?? 0) + by * amount;
    table.comparedCpu[slot] = (table.comparedCpu[slot] ?? 0) + by * pods.comparedCpu;
    table.comparedMemory[slot] = (table.comparedMemory[slot] ?? 0) + by * pods.comparedMemory;
    if (pods.ports.length > 0) this.#countPorts(slot, pods.ports, by);
    this.#selections.count(pod.of.group(pod.leaving), slot, by);
    for (const term of pod.of.carried()) term.count(slot, by);
  }

  #countPorts(slot: number, ports: readonly string[], by: 1 | -1): void {
    const inUse = this.#ports.get(slot) ?? new PortsInUse();
    if (by === 1) inUse.add(ports);
    else inUse.remove(ports);
    if (inUse.size > 0) this.#ports.set(slot, inUse);
    else this.#ports.delete(slot);
  }
}
