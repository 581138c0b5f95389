/** Node lifecycle: silence becomes Ready=Unknown, states become taints, pods of a lost node stop being ready. */
import type { Node, NodeCondition, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../../model/conditions.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import type { ObjectRef } from '../../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import { isPodReady, isPodTerminal, podCondition } from '../../model/pod-status.ts';
import { formatTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { leaseNamespace, NodeHealth } from './health.ts';
import { allSilent, isNodeReady, nodeCondition, nodesConcerned } from './silence.ts';
import { isEvicting, taintsOf, wouldEvict } from './taints.ts';
import { EvictionPace, noneReady } from './zones.ts';

const events = eventsOf('node-controller');
const podNotReadyReason = 'NodeNotReady';

/** Conditions that nobody can vouch for once a node is silent. */
const hearsay = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** What one term remembers of nodes: of every planning, the time that passed counts and no clock that is set. */
interface Memory {
  readonly health: NodeHealth;
  readonly pace: EvictionPace;
}

export function nodeLifecycleController(): Controller {
  const memory: Memory = { health: new NodeHealth(), pace: new EvictionPace() };
  return {
    name: 'node-lifecycle-controller',
    keysFor,
    plan: (key, view, context) => plan(key, view, context, memory),
  };
}

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { apiVersion, kind, namespace, name } = change.ref;
  if (apiVersion === 'v1' && kind === 'Node') return nodesConcerned(change, view);
  if (kind === 'Lease') return namespace === leaseNamespace ? nodeRef(name, view) : [];
  if (apiVersion !== 'v1' || kind !== 'Pod' || change.after === undefined) return [];
  const pod = change.after as Pod;
  const nodeName = pod.spec?.nodeName ?? '';
  const node = view.get<Node>('v1', 'Node', '', nodeName);
  if (node === undefined) return [];
  const concerned = isNodeReady(node) ? isDoubted(pod) : isPodReady(pod);
  return concerned ? nodeRef(nodeName, view) : [];
}

function nodeRef(name: string, view: ClusterView): readonly ObjectRef[] {
  return view.get<Node>('v1', 'Node', '', name) === undefined
    ? []
    : [{ apiVersion: 'v1', kind: 'Node', namespace: '', name }];
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext, memory: Memory): Plan {
  const node = view.get<Node>('v1', 'Node', '', key.name);
  if (node === undefined) memory.health.forget(key.name);
  if (node === undefined || node.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const { nowMs, steadyMs = nowMs } = context;
  const silentMs = memory.health.silentInMs(node, view, steadyMs);
  if (silentMs <= 0 && nodeCondition(node, 'Ready')?.status !== 'Unknown') return fallsSilent(node, nowMs);
  const evictInMs = evictionWaitMs(node, view, steadyMs, memory);
  const taints = taintsOf(node, evictInMs <= 0, nowMs);
  const tainted: readonly Change[] = sameJson(taints, node.spec?.taints ?? [])
    ? []
    : [{ type: 'update', scope: 'spec', object: withTaints(node, taints) }];
  const pods = view.podsOnNode(key.name).filter((pod) => !isPodTerminal(pod));
  const settled = isNodeReady(node) || allSilent(view) ? restored(pods, nowMs) : doubted(pods, nowMs);
  const wakeMs = [silentMs, evictInMs].filter((ms) => ms > 0 && ms !== Infinity);
  return {
    changes: [...tainted, ...settled.changes],
    events: settled.events,
    ...(wakeMs.length > 0 ? { requeueAfterMs: Math.min(...wakeMs) } : {}),
  };
}

/** How long until the node may drive its pods away; 0 where it does or may now, Infinity where there is no saying. */
function evictionWaitMs(node: Node, view: ClusterView, steadyMs: number, { pace }: Memory): number {
  if (!wouldEvict(node) || noneReady(view)) return Infinity;
  // Who has begun goes on, even if its state changes to another one that drives pods away.
  return isEvicting(node) ? 0 : pace.waitMs(node, view, steadyMs);
}

function withTaints(node: Node, taints: NonNullable<Node['spec']>['taints'] & object): Node {
  const { taints: _, ...spec } = node.spec ?? {};
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
}

/** The status first; taints and pods follow from what it records. */
function fallsSilent(node: Node, nowMs: number): Plan {
  const now = formatTime(nowMs);
  let conditions = node.status?.conditions ?? [];
  for (const type of hearsay) {
    const known = nodeCondition(node, type);
    const next: NodeCondition =
      known?.lastHeartbeatTime === undefined
        ? {
            type,
            status: 'Unknown',
            reason: 'NodeStatusNeverUpdated',
            message: 'Kubelet never posted node status.',
          }
        : {
            ...known,
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            message: 'Kubelet stopped posting node status.',
          };
    conditions = withCondition(conditions, next, now);
  }
  const object: Node = { ...node, status: { ...node.status, conditions } };
  const told = `Node ${node.metadata.name ?? ''} status is now: NodeNotReady`;
  return {
    changes: [{ type: 'update', scope: 'status', object }],
    events: isNodeReady(node) ? [events.normal(node, 'NodeNotReady', told)] : [],
  };
}

interface Settled {
  readonly changes: readonly Change[];
  readonly events: readonly EventRecord[];
}

/** Pods of a node that is not ready are not ready either: no traffic goes where nobody answers. */
function doubted(pods: readonly Pod[], nowMs: number): Settled {
  const ready = pods.filter(isPodReady);
  return {
    changes: ready.map((pod) => readiness(pod, 'False', podNotReadyReason, nowMs)),
    events: ready.map((pod) => events.warning(pod, podNotReadyReason, 'Node is not ready')),
  };
}

/** What was doubted because of the node alone is believed again: its containers' last word counts. */
function restored(pods: readonly Pod[], nowMs: number): Settled {
  const doubtful = pods.filter(
    (pod) => isDoubted(pod) && podCondition(pod, 'ContainersReady')?.status === 'True',
  );
  return { changes: doubtful.map((pod) => readiness(pod, 'True', undefined, nowMs)), events: [] };
}

/** Not ready because its node was not. */
function isDoubted(pod: Pod): boolean {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'False' && ready.reason === podNotReadyReason;
}

function readiness(pod: Pod, status: string, reason: string | undefined, nowMs: number): Change {
  const { reason: _, message: __, ...known } = podCondition(pod, 'Ready') ?? {};
  const next = { ...known, type: 'Ready', status, ...(reason === undefined ? {} : { reason }) };
  const conditions = withCondition(pod.status?.conditions, next, formatTime(nowMs));
  const object: Pod = { ...pod, status: { ...pod.status, conditions } };
  return { type: 'update', scope: 'status', object };
}
