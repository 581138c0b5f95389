/** What every step of a DaemonSet's planning looks at, read once from the view. */
import type { DaemonSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { IntOrString } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { availableInMs, isPodDeleted, isPodTerminal } from '../../model/pod-status.ts';
import { anyNodesPod, isUpdated, targetNode } from './daemon-pod.ts';
import { type NodeVerdict, nodeVerdict } from './node-verdict.ts';

export interface DaemonNode {
  readonly name: string;
  readonly verdict: NodeVerdict;
  /** The set's pods there, the one bound first and longest first; those that have ended and are going left out. */
  readonly pods: readonly Pod[];
}

export interface Rollout {
  readonly set: DaemonSet;
  /** Hash of today's revision. */
  readonly hash: string;
  /** Every node, by name. */
  readonly nodes: readonly DaemonNode[];
  /** Pods for nodes that are not there any more. */
  readonly stray: readonly Pod[];
  /** Nodes that are to run a pod. */
  readonly desired: number;
  readonly nowMs: number;
}

export function rolloutOf(
  set: DaemonSet,
  hash: string,
  nodes: readonly Node[],
  pods: readonly Pod[],
  nowMs: number,
): Rollout {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined || (isPodTerminal(pod) && isPodDeleted(pod))) continue;
    const known = byNode.get(node);
    if (known === undefined) byNode.set(node, [pod]);
    else known.push(pod);
  }
  const sample = anyNodesPod(set);
  const judged = nodes.map((node) => {
    const name = node.metadata.name ?? '';
    const here = byNode.get(name) ?? [];
    byNode.delete(name);
    return { name, verdict: nodeVerdict(node, sample), pods: here.length > 1 ? here.toSorted(byAge) : here };
  });
  const desired = judged.filter(({ verdict }) => verdict === 'runs').length;
  return { set, hash, nodes: judged, stray: [...byNode.values()].flat(), desired, nowMs };
}

/** Bound before unbound, older before younger, then by name. */
function byAge(left: Pod, right: Pod): number {
  const [a, b] = [left, right].map(({ metadata, spec }) => {
    const unbound = (spec?.nodeName ?? '') === '' ? '1' : '0';
    return `${unbound} ${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`;
  });
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

export function isAvailable({ set, nowMs }: Rollout, pod: Pod): boolean {
  return availableInMs(pod, set.spec?.minReadySeconds ?? 0, nowMs) === 0;
}

/** The pod of today's template and the older one on a node, those on their way out left out; undefined for a mess. */
export function pairOn(
  { set, hash }: Rollout,
  { pods }: DaemonNode,
): { readonly updated: Pod | undefined; readonly outdated: Pod | undefined } | undefined {
  let updated: Pod | undefined;
  let outdated: Pod | undefined;
  for (const pod of pods) {
    if (isPodDeleted(pod)) continue;
    if (isUpdated(set, pod, hash)) {
      if (updated !== undefined) return undefined;
      updated = pod;
    } else if (outdated !== undefined) return undefined;
    else outdated = pod;
  }
  return { updated, outdated };
}

/** A number, or a percentage of the nodes that are to run a pod, rounded up. */
function countOf(value: IntOrString, desired: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * desired) / 100);
}

/** Pods that may lack, and pods that may be more, while the template changes; both zero would never move. */
export function rollingBounds({ set, desired }: Rollout): {
  readonly maxUnavailable: number;
  readonly maxSurge: number;
} {
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const maxUnavailable = countOf(rolling?.maxUnavailable ?? 1, desired);
  const maxSurge = countOf(rolling?.maxSurge ?? 0, desired);
  return maxUnavailable === 0 && maxSurge === 0
    ? { maxUnavailable: 1, maxSurge }
    : { maxUnavailable, maxSurge };
}

/** Whether two pods may share a node for the time of an update. */
export function maySurge({ set }: Rollout): boolean {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if ((type ?? 'RollingUpdate') !== 'RollingUpdate') return false;
  const maxSurge = rollingUpdate?.maxSurge ?? 0;
  return maxSurge !== 0 && maxSurge !== '0%';
}
