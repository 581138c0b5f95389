/** The taints that a node's state puts on it, and that go when the state goes. */
import type { Node, Taint } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { notReadyTaint, unreachableTaint } from '../../model/taints.ts';
import { formatTime } from '../../model/time.ts';
import { nodeCondition } from './silence.ts';

interface TaintRule {
  readonly key: string;
  readonly applies: (node: Node) => boolean;
  /** Whether it also drives running pods away. */
  readonly evicts: boolean;
}

const conditionIs =
  (type: string, status: string) =>
  (node: Node): boolean =>
    nodeCondition(node, type)?.status === status;

const rules: readonly TaintRule[] = [
  { key: notReadyTaint, applies: conditionIs('Ready', 'False'), evicts: true },
  { key: unreachableTaint, applies: conditionIs('Ready', 'Unknown'), evicts: true },
  {
    key: 'node.kubernetes.io/memory-pressure',
    applies: conditionIs('MemoryPressure', 'True'),
    evicts: false,
  },
  { key: 'node.kubernetes.io/disk-pressure', applies: conditionIs('DiskPressure', 'True'), evicts: false },
  { key: 'node.kubernetes.io/pid-pressure', applies: conditionIs('PIDPressure', 'True'), evicts: false },
  {
    key: 'node.kubernetes.io/network-unavailable',
    applies: conditionIs('NetworkUnavailable', 'True'),
    evicts: false,
  },
  {
    key: 'node.kubernetes.io/unschedulable',
    applies: (node) => node.spec?.unschedulable === true,
    evicts: false,
  },
];

const managedKeys: ReadonlySet<string> = new Set(rules.map((rule) => rule.key));

/** Whether the node's state would drive its pods away. */
export function wouldEvict(node: Node): boolean {
  return rules.some((rule) => rule.evicts && rule.applies(node));
}

/** Whether pods are being driven away because of a state that the node is in, or was in a moment ago. */
export function isEvicting({ spec }: Node): boolean {
  const evicting = new Set(rules.filter((rule) => rule.evicts).map(({ key }) => key));
  return (spec?.taints ?? []).some(({ key, effect }) => effect === 'NoExecute' && evicting.has(key));
}

/** All taints of the node as they shall be: people's own as they are, then those of its state. */
export function taintsOf(node: Node, evict: boolean, nowMs: number): readonly Taint[] {
  const present = node.spec?.taints ?? [];
  const own = present.filter((taint) => !managedKeys.has(taint.key));
  const managed = rules
    .filter((rule) => rule.applies(node))
    .flatMap((rule): Taint[] => [
      { key: rule.key, effect: 'NoSchedule' },
      ...(rule.evicts && evict ? [{ key: rule.key, effect: 'NoExecute' }] : []),
    ])
    .map(
      (taint) =>
        present.find((one) => one.key === taint.key && one.effect === taint.effect) ?? {
          ...taint,
          timeAdded: formatTime(nowMs),
        },
    );
  return [...own, ...managed];
}
