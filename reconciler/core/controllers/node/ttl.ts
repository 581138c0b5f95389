/**
 * The annotation that tells agents how long they may go by what they have read of Secrets and ConfigMaps: the larger
 * the cluster, the longer. Its steps overlap, so that a cluster at the edge of one does not rewrite all nodes all day.
 */
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import type { ObjectRef } from '../../model/object.ts';
import type { Change, Plan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';

const annotation = 'node.alpha.kubernetes.io/ttl';

/** Kubernetes' steps: sizes from `min` to `max` have this many seconds. */
const steps = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Infinity, seconds: 300 },
] as const;

/**
 * Nodes changed by one plan. Nodes that join are written by others too, and one of them that was in between refuses the
 * whole commit: the fewer it names, the sooner one gets through.
 */
const changesPerPlan = 50;

/** One key for all nodes: the step is the cluster's. */
const everyNode: ObjectRef = { apiVersion: 'v1', kind: 'Node', namespace: '', name: '' };

export const ttlController: Controller = {
  name: 'ttl-controller',
  keysFor,
  plan: (_key, view) => plan(view),
};

function keysFor({ ref, before, after }: ViewChange): readonly ObjectRef[] {
  if (ref.kind !== 'Node' || ref.apiVersion !== 'v1') return [];
  const [was, is] = [before, after].map((node) => node?.metadata.annotations?.[annotation]);
  return before === undefined || after === undefined || was !== is ? [everyNode] : [];
}

function plan(view: ClusterView): Plan {
  const nodes = view
    .list<Node>('v1', 'Node')
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const wanted = String(secondsFor(nodes));
  const wrong = nodes.filter(({ metadata }) => metadata.annotations?.[annotation] !== wanted);
  const changes = wrong.slice(0, changesPerPlan).map((node): Change => {
    const annotations = { ...node.metadata.annotations, [annotation]: wanted };
    const object: Node = { ...node, metadata: { ...node.metadata, annotations } };
    return { type: 'update', scope: 'spec', object };
  });
  return { changes, events: [], ...(wrong.length > changes.length ? { requeueAfterMs: 0 } : {}) };
}

/** The step that most nodes bear now, moved on as far as the size demands. */
function secondsFor(nodes: readonly Node[]): number {
  const counts = new Map<string, number>();
  for (const { metadata } of nodes) {
    const value = metadata.annotations?.[annotation];
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  let step = Math.max(
    0,
    steps.findIndex(({ seconds }) => String(seconds) === most?.[0]),
  );
  while (nodes.length > (steps[step]?.max ?? Infinity)) step++;
  while (nodes.length < (steps[step]?.min ?? 0)) step--;
  return steps[step]?.seconds ?? 0;
}
