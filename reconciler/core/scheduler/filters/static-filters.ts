/** Filters that look at the node object alone: their answers hold until the node changes, for every pod like this one. */
import type { Node, Pod, Taint } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { isTolerated } from '../../model/taints.ts';
import { matchesNodeAffinity, matchesSelector } from '../node-affinity.ts';
import type { Profile } from '../profile.ts';
import type { Refusal } from './refusal.ts';

interface StaticFilter {
  readonly refusal: Refusal;
  /** Whether no profile can switch it off. */
  readonly always?: true;
  readonly refuses: (pod: Pod, node: Node, profile: Profile) => boolean;
}

const unschedulableTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function filter(
  plugin: Refusal['plugin'],
  reason: string,
  refuses: (pod: Pod, node: Node, profile: Profile) => boolean,
): StaticFilter {
  return { refusal: { plugin, reasons: [reason], unresolvable: true }, refuses };
}

const filters: readonly StaticFilter[] = [
  filter(
    'NodeUnschedulable',
    'node(s) were unschedulable',
    (pod, node) =>
      node.spec?.unschedulable === true && !isTolerated(unschedulableTaint, pod.spec?.tolerations),
  ),
  filter(
    'TaintToleration',
    'node(s) had untolerated taint(s)',
    (pod, node) => !toleratesHardTaints(pod, node),
  ),
  // Condition and taint are written one after the other: between the two nothing may be bound either.
  {
    ...filter('TaintToleration', 'node(s) were not ready', (_pod, node) => !isReady(node)),
    always: true,
  },
  filter(
    'NodeAffinity',
    "node(s) didn't match scheduler-enforced node affinity",
    (_pod, node, { addedAffinity }) => {
      const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      return required !== undefined && !matchesSelector(required, node);
    },
  ),
  filter(
    'NodeAffinity',
    "node(s) didn't match Pod's node affinity/selector",
    (pod, node) => !matchesNodeAffinity(pod, node),
  ),
];

/** The first filter's refusal; undefined where all let the pod pass. */
export function staticRefusal(pod: Pod, node: Node, profile: Profile): Refusal | undefined {
  for (const { refusal, refuses, always } of filters) {
    const asked = always === true || profile.filters.has(refusal.plugin);
    if (asked && refuses(pod, node, profile)) return refusal;
  }
  return undefined;
}

/** Ready, and with addresses to give to pods. */
export function isReady(node: Node): boolean {
  const ready =
    node.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
  return ready && (node.spec?.podCIDR ?? '') !== '';
}

export function toleratesHardTaints(pod: Pod, node: Node): boolean {
  return (node.spec?.taints ?? []).every(
    (taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, pod.spec?.tolerations),
  );
}
