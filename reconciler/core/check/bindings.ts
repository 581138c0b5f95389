/** What a plan may not do when it binds pods: move one, or use a node that is not there, not ready, or full. */
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { objectId, refOf } from '../model/object.ts';
import type { Change } from '../model/plan.ts';
import { isPodDeleted, isPodTerminal } from '../model/pod-status.ts';
import type { ClusterView } from '../model/view.ts';
import { amountOf, podRequests } from '../scheduler/pod-requests.ts';

export function bindingProblems(changes: readonly Change[], view: ClusterView): readonly string[] {
  const problems: string[] = [];
  const newcomers = new Map<string, Pod[]>();
  for (const change of changes) {
    if (change.type !== 'update' || change.scope === 'status' || !isPod(change.object)) continue;
    const pod = change.object;
    const { namespace, name } = refOf(pod);
    const live = view.get<Pod>('v1', 'Pod', namespace, name);
    const [from, to] = [live?.spec?.nodeName ?? '', pod.spec?.nodeName ?? ''];
    if (from === to) continue;
    const problem = bindingProblem(pod, live, view);
    if (problem !== undefined) problems.push(problem);
    else newcomers.set(to, [...(newcomers.get(to) ?? []), pod]);
  }
  for (const [nodeName, pods] of newcomers) problems.push(...crowding(nodeName, pods, view));
  return problems;
}

function isPod(object: { readonly apiVersion: string; readonly kind: string }): object is Pod {
  return object.apiVersion === 'v1' && object.kind === 'Pod';
}

function bindingProblem(pod: Pod, live: Pod | undefined, view: ClusterView): string | undefined {
  const id = objectId(refOf(pod));
  const [from, to] = [live?.spec?.nodeName ?? '', pod.spec?.nodeName ?? ''];
  if (from !== '') return `${id} is moved from ${from} to ${to === '' ? 'no node' : to}`;
  if (live !== undefined && isPodDeleted(live)) return `${id} is bound although it is being deleted`;
  const node = view.get<Node>('v1', 'Node', '', to);
  if (node === undefined) return `${id} is bound to ${to}, which does not exist`;
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  return ready?.status === 'True' ? undefined : `${id} is bound to ${to}, which is not ready`;
}

/** Resources of which the node has less than its pods and the newcomers request together. */
function crowding(nodeName: string, newcomers: readonly Pod[], view: ClusterView): readonly string[] {
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  const taken = totals(view.podsOnNode(nodeName).filter((pod) => !isPodTerminal(pod)));
  return [...totals(newcomers)].flatMap(([resource, wanted]) => {
    const quantity = node?.status?.allocatable?.[resource];
    // A node that does not say how many pods it takes is not judged by their number.
    if (wanted === 0 || (resource === 'pods' && quantity === undefined)) return [];
    const used = taken.get(resource) ?? 0;
    const has = amountOf(resource, quantity ?? '0');
    if (used + wanted <= has) return [];
    return [
      `${nodeName} has ${has} of ${resource}, of which ${used} are taken; the plan binds pods that ask for ${wanted}`,
    ];
  });
}

function totals(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const pod of pods) {
    for (const [resource, amount] of podRequests(pod)) sums.set(resource, (sums.get(resource) ?? 0) + amount);
  }
  return sums;
}
