/** Nodes and what is left on them, for one planning round; pods bound within the round count at once. */
import type { Node, Pod, Taint } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../model/view.ts';
import { amountOf, type HostPort, hostPortsOf, type Requests, requestsOf } from './pod-needs.ts';

export interface NodeState {
  readonly name: string;
  readonly node: Node;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
  readonly allocatable: Requests;
  /** Grows as pods are bound within the round. */
  readonly requested: Record<string, number>;
  readonly hostPorts: HostPort[];
  /** Pods by the uid of what controls them, for spreading. */
  readonly byController: Map<string, number>;
  readonly images: ReadonlySet<string>;
}

/** Kubernetes' default of pods per node, where the node does not say. */
const podsPerNodeDefault = 110;

export function nodeSnapshot(view: ClusterView): readonly NodeState[] {
  return view.list<Node>('v1', 'Node').map((node) => {
    const name = node.metadata.name ?? '';
    const allocatable = { pods: podsPerNodeDefault, ...amountsOf(node.status?.allocatable ?? {}) };
    const state: NodeState = {
      name,
      node,
      labels: node.metadata.labels ?? {},
      taints: node.spec?.taints ?? [],
      unschedulable: node.spec?.unschedulable ?? false,
      allocatable,
      requested: {},
      hostPorts: [],
      byController: new Map(),
      images: new Set((node.status?.images ?? []).flatMap((image) => image.names ?? [])),
    };
    for (const pod of view.podsOnNode(name)) if (holdsResources(pod)) addPod(state, pod);
    return state;
  });
}

/** Counts a pod as bound to the node. */
export function addPod(state: NodeState, pod: Pod): void {
  for (const [name, amount] of Object.entries(requestsOf(pod)))
    state.requested[name] = (state.requested[name] ?? 0) + amount;
  state.hostPorts.push(...hostPortsOf(pod));
  const controller = controllerUid(pod);
  if (controller !== undefined)
    state.byController.set(controller, (state.byController.get(controller) ?? 0) + 1);
}

export function controllerUid(pod: Pod): string | undefined {
  return pod.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
}

/** A pod that ended holds nothing any more. */
function holdsResources(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

function amountsOf(quantities: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(quantities).map(([name, quantity]) => [name, amountOf(name, quantity)]),
  );
}
