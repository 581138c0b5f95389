/** Removes pods that no agent will ever report gone: unbound ones that terminate, and those of vanished nodes. */
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../model/controller.ts';
import { type ObjectRef, refOf } from '../model/object.ts';
import { type Plan, emptyPlan } from '../model/plan.ts';
import { isPodDeleted } from '../model/pod-status.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';

export const podGarbageController: Controller = { name: 'pod-garbage-collector-controller', keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (change.ref.apiVersion !== 'v1') return [];
  if (change.ref.kind === 'Pod') return change.after === undefined ? [] : [change.ref];
  const nodeLeft = change.ref.kind === 'Node' && change.after === undefined;
  return nodeLeft ? view.podsOnNode(change.ref.name).map(refOf) : [];
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const pod = view.get<Pod>('v1', 'Pod', key.namespace, key.name);
  if (pod === undefined) return emptyPlan;
  const nodeName = pod.spec?.nodeName ?? '';
  const nobodysPod =
    nodeName === '' ? isPodDeleted(pod) : view.get<Node>('v1', 'Node', '', nodeName) === undefined;
  const alreadyAsked = isPodDeleted(pod) && pod.metadata.deletionGracePeriodSeconds === 0;
  if (!nobodysPod || alreadyAsked) return emptyPlan;
  return {
    changes: [{ type: 'delete', ref: key, uid: pod.metadata.uid ?? '', gracePeriodSeconds: 0 }],
    events: [],
  };
}
