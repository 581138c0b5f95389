/** The filters in their order: the first that refuses a node gives the reason, in Kubernetes' words. */
import type { Node, Pod, Taint } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isTolerated } from '../../model/taints.ts';
import { matchesNodeAffinity } from '../node-affinity.ts';

/** Looks at the node object alone; its answer holds for a whole planning round and every pod like this one. */
interface StaticFilter {
  readonly name: string;
  /** Why the pod may not go there; undefined where it may. */
  readonly refuse: (pod: Pod, node: Node) => string | undefined;
}

const unschedulableTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const staticFilters: readonly StaticFilter[] = [
  {
    name: 'NodeUnschedulable',
    refuse: (pod, node) =>
      node.spec?.unschedulable === true && !isTolerated(unschedulableTaint, pod.spec?.tolerations)
        ? 'node(s) were unschedulable'
        : undefined,
  },
  {
    name: 'NodeName',
    refuse: (pod, node) =>
      (pod.spec?.nodeName ?? '') === '' || pod.spec?.nodeName === node.metadata.name
        ? undefined
        : "node(s) didn't match the requested node name",
  },
  {
    name: 'TaintToleration',
    refuse: (pod, node) => {
      const taint = (node.spec?.taints ?? []).find(
        (one) => isHard(one) && !isTolerated(one, pod.spec?.tolerations),
      );
      return taint === undefined
        ? undefined
        : `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
    },
  },
  {
    name: 'NodeReady',
    // Condition and taint are written one after the other: between the two nothing may be bound either.
    refuse: (_pod, node) => (isReady(node) ? undefined : 'node(s) were not ready'),
  },
  {
    name: 'NodeAffinity',
    refuse: (pod, node) =>
      matchesNodeAffinity(pod, node) ? undefined : "node(s) didn't match Pod's node affinity/selector",
  },
];

/** Ready, and with addresses to give to pods. */
function isReady(node: Node): boolean {
  const ready =
    node.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
  return ready && (node.spec?.podCIDR ?? '') !== '';
}

function isHard(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' || taint.effect === 'NoExecute';
}

/** The first static filter's refusal. */
export function staticRefusal(pod: Pod, node: Node): string | undefined {
  for (const filter of staticFilters) {
    const reason = filter.refuse(pod, node);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
