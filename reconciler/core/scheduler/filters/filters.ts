/**
 * What a node must satisfy, as kube-scheduler's plugins of the same names. A filter gives the reasons why the
 * node is refused, in Kubernetes' words; none means that it passes.
 */
import type { Pod, Taint, Toleration } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { NodeState } from '../node-snapshot.ts';
import { hostPortsOf, portsClash, requestsOf } from '../pod-needs.ts';
import { matchesNodeTerm } from './node-terms.ts';

export interface Filter {
  readonly name: string;
  readonly refuse: (pod: Pod, node: NodeState) => readonly string[];
}

const passes: readonly string[] = [];

export const filters: readonly Filter[] = [
  {
    name: 'NodeUnschedulable',
    refuse: (pod, node) =>
      node.unschedulable && !tolerates(pod, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
        ? ['node(s) were unschedulable']
        : passes,
  },
  {
    name: 'NodeName',
    refuse: (pod, node) => {
      const wanted = pod.spec?.nodeName ?? '';
      return wanted === '' || wanted === node.name
        ? passes
        : ["node(s) didn't match the requested node name"];
    },
  },
  {
    name: 'TaintToleration',
    refuse: (pod, node) => {
      const taint = node.taints.find(
        (one) => (one.effect === 'NoSchedule' || one.effect === 'NoExecute') && !tolerates(pod, one),
      );
      return taint === undefined
        ? passes
        : [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`];
    },
  },
  {
    name: 'NodeAffinity',
    refuse: (pod, node) => {
      const selector = Object.entries(pod.spec?.nodeSelector ?? {});
      const terms =
        pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
      const selected = selector.every(([key, value]) => node.labels[key] === value);
      const matched = terms === undefined || terms.some((term) => matchesNodeTerm(term, node));
      return selected && matched ? passes : ["node(s) didn't match Pod's node affinity/selector"];
    },
  },
  {
    name: 'NodePorts',
    refuse: (pod, node) => {
      const clash = hostPortsOf(pod).some((port) => node.hostPorts.some((other) => portsClash(port, other)));
      return clash ? ["node(s) didn't have free ports for the requested pod ports"] : passes;
    },
  },
  {
    name: 'NodeResourcesFit',
    refuse: (pod, node) =>
      Object.entries(requestsOf(pod)).flatMap(([name, amount]) => {
        if (amount === 0 || (node.requested[name] ?? 0) + amount <= (node.allocatable[name] ?? 0)) return [];
        return [name === 'pods' ? 'Too many pods' : `Insufficient ${name}`];
      }),
  },
  {
    name: 'NodeReady',
    refuse: (_pod, node) => {
      const ready = node.node.status?.conditions?.find((condition) => condition.type === 'Ready');
      return ready?.status === 'True' && (node.node.spec?.podCIDR ?? '') !== ''
        ? passes
        : ['node(s) were not ready'];
    },
  },
];

/** Whether the pod puts up with a taint, by key, value and effect. */
export function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec?.tolerations ?? []).some((toleration) => toleratesTaint(toleration, taint));
}

function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? '') !== '' && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return (toleration.key ?? '') !== '' && (toleration.value ?? '') === (taint.value ?? '');
}
