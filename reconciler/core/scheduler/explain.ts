/** Why a pod is, or is not, where it is: every node's answer, as a planning of this moment would give it. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterView } from '../model/view.ts';
import { NodeSnapshot } from './node-snapshot.ts';
import { fitMessage } from './plan-scheduling.ts';
import { type NodeScore, consider } from './schedule.ts';
import { unsupportedDemand } from './unsupported.ts';

export interface Explanation {
  /** One line: where the pod is or would go, or why it goes nowhere. */
  readonly summary: string;
  /** Best first; `reasons` is empty for a node that would do. */
  readonly nodes: readonly (NodeScore & { readonly reasons: readonly string[] })[];
}

/** Looks at the cluster without the pod itself, so that a bound pod does not stand in its own way. */
export function explain(pod: Pod, view: ClusterView): Explanation {
  const snapshot = new NodeSnapshot(view, pod.metadata.uid);
  const { nodeName: bound, ...spec } = pod.spec ?? { containers: [] };
  const nodes = consider({ ...pod, spec }, snapshot);
  const best = nodes.find((node) => node.reasons.length === 0);
  const unsupported = unsupportedDemand(pod);
  if ((bound ?? '') !== '') return { summary: `runs on ${bound}`, nodes };
  if (unsupported !== undefined) return { summary: unsupported, nodes };
  if (best !== undefined) return { summary: `would go to ${best.node}`, nodes };
  return { summary: fitMessage(new Map(nodes.map((node) => [node.node, node.reasons]))), nodes };
}
