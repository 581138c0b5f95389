/**
 * Lints a plan before it is committed: what no planner may ever do, whatever it was thinking. A finding is a
 * defect of the planner; the plan is not committed.
 */
import { type KubeObject, objectId, refOf } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';
import { bindingProblems } from './bindings.ts';

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
  }
  return [...problems, ...bindingProblems(changes, view)];
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
