/** The changes and events of a plan while it is made: each object once, later changes on top of earlier ones. */
import type { Pod, PodCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../model/conditions.ts';
import { type KubeObject, objectId, refOf } from '../model/object.ts';
import type { Change, EventRecord } from '../model/plan.ts';
import { podCondition } from '../model/pod-status.ts';
import { formatTime } from '../model/time.ts';
import { victimMark } from './preemption/victim-mark.ts';
import type { PlacedPod } from './state/placed-pod.ts';

export interface Waiting {
  readonly reason: 'Unschedulable' | 'SchedulingGated';
  readonly message: string;
}

export class Drafts {
  readonly events: EventRecord[] = [];
  readonly #changes = new Map<string, Change>();
  readonly #now: string;

  constructor(nowMs: number) {
    this.#now = formatTime(nowMs);
  }

  get changes(): readonly Change[] {
    return [...this.#changes.values()];
  }

  bind(pod: Pod, nodeName: string): Pod {
    const { nominatedNodeName: _, ...status } = this.#latest(pod).status ?? {};
    const scheduled: PodCondition = { type: 'PodScheduled', status: 'True' };
    const bound: Pod = {
      ...pod,
      spec: { containers: [], ...pod.spec, nodeName },
      status: { ...status, conditions: withCondition(status.conditions, scheduled, this.#now) },
    };
    this.#put({ type: 'update', scope: 'all', object: bound });
    const { namespace = '', name = '' } = pod.metadata;
    this.#tell(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`);
    return bound;
  }

  /** Says why the pod waits, if that is news, and that a node is kept for it, if one is. */
  wait(pod: Pod, waiting: Waiting, nominatedNodeName?: string): void {
    const latest = this.#latest(pod);
    const known = podCondition(latest, 'PodScheduled');
    const isNews =
      known?.status !== 'False' || known.reason !== waiting.reason || known.message !== waiting.message;
    const nominated = nominatedNodeName ?? latest.status?.nominatedNodeName;
    if (!isNews && nominated === latest.status?.nominatedNodeName) return;
    const condition: PodCondition = { type: 'PodScheduled', status: 'False', ...waiting };
    const status = {
      ...latest.status,
      conditions: withCondition(latest.status?.conditions, condition, this.#now),
      ...(nominated === undefined ? {} : { nominatedNodeName: nominated }),
    };
    this.#putStatus(latest, status);
    if (isNews && waiting.reason === 'Unschedulable')
      this.#tell(pod, 'Warning', 'FailedScheduling', waiting.message);
  }

  /** No node is kept for the pod any more. */
  demote(pod: Pod): void {
    const latest = this.#latest(pod);
    const { nominatedNodeName, ...status } = latest.status ?? {};
    if (nominatedNodeName !== undefined) this.#putStatus(latest, status);
  }

  /** Marks a pod that has to go; what is marked is deleted by the next plan. */
  mark({ pod, nodeName }: PlacedPod, preemptor: Pod, schedulerName: string): void {
    const conditions = withCondition(pod.status?.conditions, victimMark(schedulerName), this.#now);
    this.#putStatus(pod, { ...pod.status, conditions });
    const uid = preemptor.metadata.uid ?? '';
    this.#tell(pod, 'Normal', 'Preempted', `Preempted by pod ${uid} on node ${nodeName}`);
  }

  delete(object: KubeObject): void {
    const ref = refOf(object);
    this.#changes.set(objectId(ref), { type: 'delete', ref, uid: object.metadata.uid ?? '' });
  }

  /** Changes that another planner made; false where one of them is of an object that this plan changes already. */
  add(changes: readonly Change[]): boolean {
    if (changes.some((change) => this.#changes.has(idOf(change)))) return false;
    for (const change of changes) this.#changes.set(idOf(change), change);
    return true;
  }

  /** The pod as this plan leaves it. */
  #latest(pod: Pod): Pod {
    const change = this.#changes.get(objectId(refOf(pod)));
    return change?.type === 'update' ? (change.object as Pod) : pod;
  }

  #putStatus(pod: Pod, status: NonNullable<Pod['status']>): void {
    const object: Pod = { ...pod, status };
    this.#put({ type: 'update', scope: 'status', object });
  }

  #put(change: Change): void {
    this.#changes.set(idOf(change), change);
  }

  #tell(pod: Pod, type: EventRecord['type'], reason: string, message: string): void {
    const source = pod.spec?.schedulerName ?? 'default-scheduler';
    this.events.push({
      about: refOf(pod),
      aboutUid: pod.metadata.uid ?? '',
      type,
      reason,
      message,
      source,
    });
  }
}

function idOf(change: Change): string {
  return objectId(change.type === 'delete' ? change.ref : refOf(change.object));
}
