/** Whether a node is to have a daemon's pod. */
import type { DaemonSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { sameJson } from '../../model/json.ts';
import { isTolerated } from '../../model/taints.ts';
import type { KubeObject } from '../../model/object.ts';
import { matchesNodeAffinity } from '../../scheduler/node-affinity.ts';
import { anyNodesPod } from './daemon-pod.ts';

/** `runs`: it is to have one. `keeps`: it is not to get one, but the one that it has stays. */
export type NodeVerdict = 'runs' | 'keeps' | 'avoids';

/** By the node's name, its labels, and its taints; what room it has is the scheduler's business. */
export function nodeVerdict(node: Node, pod: Pod): NodeVerdict {
  const wanted = pod.spec?.nodeName ?? '';
  if (wanted !== '' && wanted !== node.metadata.name) return 'avoids';
  if (!matchesNodeAffinity(pod, node)) return 'avoids';
  const repelling = (node.spec?.taints ?? []).filter((taint) => !isTolerated(taint, pod.spec?.tolerations));
  if (repelling.some(({ effect }) => effect === 'NoExecute')) return 'avoids';
  return repelling.some(({ effect }) => effect === 'NoSchedule') ? 'keeps' : 'runs';
}

/** The sets whose verdict of a node is another after a change; heartbeats and the like change none. */
export function setsThatCare(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  sets: () => readonly DaemonSet[],
): readonly DaemonSet[] {
  const [old, now] = [before as Node | undefined, after as Node | undefined];
  const same =
    old !== undefined &&
    now !== undefined &&
    sameJson(old.metadata.labels, now.metadata.labels) &&
    sameJson(old.spec?.taints, now.spec?.taints);
  if (same) return [];
  const verdict = (node: Node | undefined, pod: Pod): NodeVerdict =>
    node === undefined ? 'avoids' : nodeVerdict(node, pod);
  return sets().filter((set) => {
    const pod = anyNodesPod(set);
    return verdict(old, pod) !== verdict(now, pod);
  });
}
