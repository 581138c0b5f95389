/** Why a pod goes nowhere, node by node, and in one sentence as kube-scheduler says it. */
import type { FilterName } from './profile.ts';
import type { Refusal, RefusalCode, RefusalTable } from './filters/refusal.ts';

/** What refused a pod: filters, and what is asked before them. */
export type PluginName = FilterName | 'SchedulingGates' | 'DynamicResources' | 'Coscheduling';

export interface Diagnosis {
  /** All nodes of the cluster. */
  readonly nodes: number;
  /** A refusal that is none of a single node's; then no node was looked at. */
  readonly upFront: { readonly plugin: PluginName; readonly message: string } | undefined;
  /** By slot; 0 also for nodes that were not looked at. */
  readonly codes: Uint32Array;
  /** Nodes by refusal. */
  readonly counts: ReadonlyMap<RefusalCode, number>;
  /** Nodes that were not looked at, because the pod itself names others. */
  readonly unasked: number;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` */
export function fitMessage(diagnosis: Diagnosis, refusals: RefusalTable): string {
  const { nodes, upFront, counts, unasked } = diagnosis;
  if (nodes === 0) return 'no nodes available to schedule pods';
  if (upFront !== undefined) return `0/${nodes} nodes are available: ${upFront.message}.`;
  const reasons = new Map<string, number>();
  for (const [code, count] of counts) addReasons(refusals.get(code), count, reasons);
  if (unasked > 0) reasons.set("node(s) didn't satisfy plugin(s) [NodeAffinity]", unasked);
  return availability(nodes, reasons);
}

function addReasons({ reasons }: Refusal, count: number, sums: Map<string, number>): void {
  for (const reason of reasons) sums.set(reason, (sums.get(reason) ?? 0) + count);
}

/** The reasons with their numbers, sorted as text. */
export function availability(nodes: number, reasons: ReadonlyMap<string, number>): string {
  const parts = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  const told = parts.length === 0 ? '' : ` ${parts.join(', ')}.`;
  return `0/${nodes} nodes are available:${told}`;
}

/** The plugins whose refusals stand against the pod. */
export function refusingPlugins(diagnosis: Diagnosis, refusals: RefusalTable): ReadonlySet<PluginName> {
  if (diagnosis.upFront !== undefined) return new Set([diagnosis.upFront.plugin]);
  const plugins = new Set<PluginName>();
  for (const code of diagnosis.counts.keys()) plugins.add(refusals.get(code).plugin);
  if (diagnosis.unasked > 0) plugins.add('NodeAffinity');
  return plugins;
}
