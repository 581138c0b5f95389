/** Removes pods from nodes whose NoExecute taints they do not tolerate, or no longer. */
import type { Node, Pod, Taint, Toleration } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../../model/conditions.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import type { Change, EventRecord, Plan } from '../../model/plan.ts';
import { isPodActive, podCondition } from '../../model/pod-status.ts';
import { notReadyTaint, tolerates, unreachableTaint } from '../../model/taints.ts';
import { formatTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { allSilent, nodesConcerned } from './silence.ts';

const controllerName = 'taint-eviction-controller';
const events = eventsOf(controllerName);
const evictionReason = 'TaintManagerEviction';

/** What admission gives every pod that says nothing itself; pods stored without it are treated the same. */
const toleratedSecondsDefault = 300;

export function taintEvictionController(): Controller {
  const waiting = new Waiting();
  return {
    name: controllerName,
    keysFor,
    plan: (key, view, context) => plan(key, view, context, waiting),
  };
}

/**
 * Since when pods are on nodes that drive them away, by the clock that nobody sets: what a pod tolerates is time that
 * passes, and setting a clock is no reason to go. A new leader begins to count anew, as kube-controller-manager does.
 */
class Waiting {
  readonly #nodes = new Map<string, ReadonlyMap<string, number>>();

  /** Since when each of `pods` waits, those that are new from now on; the others of the node are forgotten. */
  since(node: string, pods: readonly Pod[], steadyMs: number): ReadonlyMap<string, number> {
    const known = this.#nodes.get(node);
    const since = new Map(
      pods.map(({ metadata: { uid = '' } }) => [uid, known?.get(uid) ?? steadyMs] as const),
    );
    this.#nodes.set(node, since);
    return since;
  }

  /** Ends the waiting of a node's pods; gives those that waited. */
  end(node: string): ReadonlySet<string> {
    const waited = new Set(this.#nodes.get(node)?.keys());
    this.#nodes.delete(node);
    return waited;
  }
}

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (change.ref.apiVersion !== 'v1') return [];
  if (change.ref.kind === 'Node') return nodesConcerned(change, view);
  if (change.ref.kind !== 'Pod' || change.after === undefined) return [];
  const node = view.get<Node>('v1', 'Node', '', (change.after as Pod).spec?.nodeName ?? '');
  return node === undefined || evictingTaints(node).length === 0 ? [] : [refOf(node)];
}

function evictingTaints(node: Node): readonly Taint[] {
  return (node.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext, waiting: Waiting): Plan {
  const node = view.get<Node>('v1', 'Node', '', key.name);
  const taints = node === undefined ? [] : evictingTaints(node);
  const pods = view.podsOnNode(key.name).filter(isPodActive);
  if (taints.length === 0 || allSilent(view)) return cancelled(pods, waiting.end(key.name));
  const { nowMs, steadyMs = nowMs } = context;
  const patience = new Map(pods.map((pod) => [pod, toleratedMs(pod, taints)]));
  const impatient = pods.filter((pod) => patience.get(pod) !== Infinity);
  const since = waiting.since(key.name, impatient, steadyMs);
  const changes: Change[] = [];
  const told: EventRecord[] = [];
  let wakeMs = Infinity;
  for (const pod of impatient) {
    const begun = since.get(pod.metadata.uid ?? '') ?? steadyMs;
    const evictInMs = begun + (patience.get(pod) ?? 0) - steadyMs;
    if (evictInMs > 0) {
      wakeMs = Math.min(wakeMs, evictInMs);
    } else if (podCondition(pod, 'DisruptionTarget')?.status === 'True') {
      changes.push({ type: 'delete', ref: refOf(pod), uid: pod.metadata.uid ?? '' });
      told.push(events.normal(pod, evictionReason, `Marking for deletion Pod ${nameOf(pod)}`));
    } else {
      changes.push(markedForDisruption(pod, nowMs));
    }
  }
  return { changes, events: told, ...(wakeMs === Infinity ? {} : { requeueAfterMs: wakeMs }) };
}

function nameOf({ metadata: { namespace = '', name = '' } }: Pod): string {
  return `${namespace}/${name}`;
}

/** What drove them away is gone in time. */
function cancelled(pods: readonly Pod[], waited: ReadonlySet<string>): Plan {
  const spared = pods.filter(({ metadata }) => waited.has(metadata.uid ?? ''));
  const told = spared.map((pod) =>
    events.normal(pod, evictionReason, `Cancelling deletion of Pod ${nameOf(pod)}`),
  );
  return { changes: [], events: told };
}

/** How long the pod bears the least tolerated of the taints: 0 where it does not, Infinity for ever. */
function toleratedMs(pod: Pod, taints: readonly Taint[]): number {
  const tolerations = pod.spec?.tolerations ?? [];
  const times = taints.map((taint) => {
    const toleration = tolerations.find((one) => tolerates(one, taint)) ?? defaultToleration(taint);
    if (toleration === undefined) return 0;
    if (toleration.tolerationSeconds === undefined) return Infinity;
    return Math.max(0, toleration.tolerationSeconds) * 1000;
  });
  return Math.min(...times);
}

function defaultToleration(taint: Taint): Toleration | undefined {
  if (taint.key !== notReadyTaint && taint.key !== unreachableTaint) return undefined;
  return {
    key: taint.key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: toleratedSecondsDefault,
  };
}

/** Says why the pod goes before it goes; the deletion follows when this is recorded. */
function markedForDisruption(pod: Pod, nowMs: number): Change {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  };
  const conditions = withCondition(pod.status?.conditions, condition, formatTime(nowMs));
  const object: Pod = { ...pod, status: { ...pod.status, conditions } };
  return { type: 'update', scope: 'status', object };
}
