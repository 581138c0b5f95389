/**
 * Lints a plan before it is committed: what no planner may ever do, whatever it was thinking. A finding is a
 * defect of the planner; the plan is not committed.
 */
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, objectId, refOf } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';

/** Every finding, as a sentence with the object's id; empty where the plan is sound. */
export function checkPlan(changes: readonly Change[], view: ClusterView): readonly string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const change of changes) {
    const ref = change.type === 'delete' ? change.ref : refOf(change.object);
    const id = objectId(ref);
    if (seen.has(id)) problems.push(`${id} is changed twice by one plan`);
    seen.add(id);
    const live = view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
    if (change.type === 'create') {
      if (live !== undefined) problems.push(`${id} is created although it exists`);
    } else if (live === undefined) problems.push(`${id} is ${change.type}d although it does not exist`);
    else problems.push(...identityProblems(change, live, id));
    if (change.type === 'update' && ref.kind === 'Pod')
      problems.push(...bindingProblems(change.object as Pod, live as Pod | undefined, view, id));
  }
  return problems;
}

function identityProblems(
  change: Exclude<Change, { type: 'create' }>,
  live: KubeObject,
  id: string,
): string[] {
  const uid = change.type === 'delete' ? change.uid : (change.object.metadata.uid ?? '');
  if (uid !== '' && uid !== live.metadata.uid)
    return [`${id} is ${change.type}d with the uid ${uid} of a namesake`];
  return [];
}

function bindingProblems(pod: Pod, live: Pod | undefined, view: ClusterView, id: string): string[] {
  const node = pod.spec?.nodeName ?? '';
  const bound = live?.spec?.nodeName ?? '';
  if (node === bound) return [];
  if (bound !== '') return [`${id} is moved from ${bound} to ${node === '' ? 'no node' : node}`];
  const target = view.get<Node>('v1', 'Node', '', node);
  if (target === undefined) return [`${id} is bound to ${node}, which does not exist`];
  if (live?.metadata.deletionTimestamp !== undefined) return [`${id} is bound although it is being deleted`];
  return [];
}
