/** The filters that depend on what else is on the node: host ports, then room. They see every placement. */
import type { NodeSnapshot, ResourceColumn } from '../node-snapshot.ts';
import { isPortTaken } from '../node-snapshot.ts';
import type { Requests } from '../pod-requests.ts';

/** A pod's requests joined to the snapshot's columns, so that checking a node touches arrays alone. */
export interface Demand {
  readonly ports: readonly string[];
  readonly resources: readonly {
    readonly resource: string;
    readonly amount: number;
    readonly column: ResourceColumn;
  }[];
}

export function demandOf(requests: Requests, ports: readonly string[], snapshot: NodeSnapshot): Demand {
  const resources = [...requests]
    .filter(([, amount]) => amount > 0)
    .map(([resource, amount]) => ({ resource, amount, column: snapshot.column(resource) }));
  return { ports, resources };
}

export function hasRoom(demand: Demand, snapshot: NodeSnapshot, index: number): boolean {
  for (const { amount, column } of demand.resources) {
    if ((column.requested[index] ?? 0) + amount > (column.allocatable[index] ?? 0)) return false;
  }
  return demand.ports.length === 0 || !portsTaken(demand, snapshot, index);
}

function portsTaken(demand: Demand, snapshot: NodeSnapshot, index: number): boolean {
  const taken = snapshot.hostPorts(index);
  return taken !== undefined && demand.ports.some((port) => isPortTaken(port, taken));
}

/** Why there is no room; every resource that lacks is a reason of its own. Empty where there is room. */
export function capacityRefusals(demand: Demand, snapshot: NodeSnapshot, index: number): readonly string[] {
  if (portsTaken(demand, snapshot, index))
    return ["node(s) didn't have free ports for the requested pod ports"];
  return demand.resources
    .filter(
      ({ amount, column }) => (column.requested[index] ?? 0) + amount > (column.allocatable[index] ?? 0),
    )
    .map(({ resource }) => (resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`));
}
