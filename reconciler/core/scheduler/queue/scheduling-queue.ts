/**
 * The pods that wait: those to be tried, by priority and age; those that failed lately, until their backoff is over;
 * and those that no node can have, until something happens that could help. It reads no clock: times come with the calls.
 */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { ViewChange } from '../../model/view.ts';
import type { PluginName } from '../diagnosis.ts';
import { classKey } from '../pods/pod-class.ts';
import type { PodOutcome } from '../planner.ts';
import { profileOf, type SchedulerConfiguration } from '../profile.ts';
import type { SchedulerState } from '../state/scheduler-state.ts';
import { waits } from '../turn.ts';
import { type ClusterEvent, clusterEvents } from './cluster-event.ts';
import { Heap } from './heap.ts';
import type { QueuedPod } from './queued-pod.ts';
import { RefusedPods } from './refused-pods.ts';

/** Kubernetes' bound: whatever the hints say, a pod is tried again after so long. */
const refusedMaxMs = 300_000;

export class SchedulingQueue {
  readonly #configuration: SchedulerConfiguration;
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active = new Heap<QueuedPod>(isAhead);
  readonly #backoff = new Heap<QueuedPod>((left, right) => left.dueMs < right.dueMs);
  readonly #refused: RefusedPods;
  #orders = 0;

  constructor(state: SchedulerState, configuration: SchedulerConfiguration) {
    this.#configuration = configuration;
    this.#refused = new RefusedPods(state);
    for (const pod of state.view.podsOnNode('')) this.#changed(pod, 0);
  }

  /** Takes a change in, after the state has. */
  apply(change: ViewChange, nowMs: number): void {
    if (change.ref.kind === 'Pod') {
      const [before, after] = [change.before as Pod | undefined, change.after as Pod | undefined];
      const uid = before?.metadata.uid;
      if (uid !== undefined && uid !== after?.metadata.uid) this.#forget(uid);
      if (after !== undefined) this.#changed(after, nowMs);
    }
    if (this.#refused.size === 0) return;
    for (const event of clusterEvents(change)) this.#happened(event, nowMs);
  }

  /** The next pods to be tried, in turn. They are the caller's until `done` or `retry`, or until they are bound. */
  pop(max: number, nowMs: number): readonly Pod[] {
    this.#releaseDue(nowMs);
    const taken: Pod[] = [];
    while (taken.length < max) {
      const next = this.#next();
      if (next === undefined) break;
      next.place = 'planned';
      next.attempts++;
      taken.push(next.pod);
    }
    return taken;
  }

  /** What became of a pod that was taken. A bound one is remembered until the view shows it. */
  done(pod: Pod, outcome: PodOutcome, nowMs: number): void {
    const queued = this.#pods.get(pod.metadata.uid ?? '');
    if (queued === undefined) return;
    queued.failedAtMs = nowMs;
    if (outcome.type === 'gated') queued.place = 'gated';
    if (outcome.type === 'refused') this.#refuse(queued, outcome.plugins);
  }

  /** The plan was not committed. `toBlame` says whether the pod was why: it waits, the others go on. */
  retry(pod: Pod, toBlame: boolean, nowMs: number): void {
    const queued = this.#pods.get(pod.metadata.uid ?? '');
    if (queued === undefined || queued.place === 'active') return;
    this.#refused.delete(queued);
    queued.failedAtMs = nowMs;
    queued.failedToWrite = toBlame;
    if (toBlame) this.#wait(queued);
    else this.#activate(queued);
  }

  /** When there will be something to take; `nowMs` where there is now, undefined where only events can help. */
  nextMs(nowMs: number): number | undefined {
    this.#releaseDue(nowMs);
    if (this.#tidyActive() !== undefined) return nowMs;
    const waiting = this.#tidyBackoff();
    if (waiting !== undefined) return waiting.failedToWrite ? waiting.dueMs : nowMs;
    const oldest = this.#refused.oldest;
    return oldest === undefined ? undefined : oldest.failedAtMs + refusedMaxMs;
  }

  #next(): QueuedPod | undefined {
    if (this.#tidyActive() !== undefined) return this.#active.pop();
    // Nothing better to do: a backoff protects others from pods that fail, and there are none.
    const waiting = this.#tidyBackoff();
    return waiting === undefined || waiting.failedToWrite ? undefined : this.#backoff.pop();
  }

  /** The first of the heap that is still meant to be there. */
  #tidyActive(): QueuedPod | undefined {
    while (this.#active.first !== undefined && this.#active.first.place !== 'active') this.#active.pop();
    return this.#active.first;
  }

  #tidyBackoff(): QueuedPod | undefined {
    while (this.#backoff.first !== undefined && this.#backoff.first.place !== 'backoff') this.#backoff.pop();
    return this.#backoff.first;
  }

  #releaseDue(nowMs: number): void {
    for (let first = this.#tidyBackoff(); first !== undefined && first.dueMs <= nowMs; ) {
      this.#backoff.pop();
      this.#activate(first);
      first = this.#tidyBackoff();
    }
    for (
      let oldest = this.#refused.oldest;
      oldest !== undefined && oldest.failedAtMs + refusedMaxMs <= nowMs;
      oldest = this.#refused.oldest
    )
      this.#tryAgain(oldest, nowMs);
  }

  #changed(pod: Pod, nowMs: number): void {
    const uid = pod.metadata.uid ?? '';
    if (!waits(pod, this.#configuration)) {
      this.#forget(uid);
      return;
    }
    const known = this.#pods.get(uid);
    const wish = wishOf(pod);
    if (known === undefined) {
      const queued: QueuedPod = {
        pod,
        wish,
        order: this.#orders++,
        attempts: 0,
        place: 'active',
        failedAtMs: nowMs,
        dueMs: nowMs,
        failedToWrite: false,
      };
      this.#pods.set(uid, queued);
      this.#active.push(queued);
      return;
    }
    known.pod = pod;
    if (known.wish === wish) return;
    known.wish = wish;
    if (known.place === 'refused') this.#tryAgain(known, nowMs);
    else if (known.place === 'gated' || known.place === 'active') this.#activate(known);
  }

  #forget(uid: string): void {
    const queued = this.#pods.get(uid);
    if (queued === undefined) return;
    this.#pods.delete(uid);
    this.#refused.delete(queued);
    queued.place = 'planned';
  }

  #refuse(queued: QueuedPod, plugins: ReadonlySet<PluginName>): void {
    const profile = profileOf(queued.pod.spec?.schedulerName, this.#configuration);
    if (profile === undefined) return;
    queued.place = 'refused';
    this.#refused.add(queued, plugins, profile);
  }

  #happened(event: ClusterEvent, nowMs: number): void {
    for (const queued of this.#refused.helpedBy(event)) this.#tryAgain(queued, nowMs);
  }

  #tryAgain(queued: QueuedPod, nowMs: number): void {
    this.#refused.delete(queued);
    this.#wait(queued);
    if (queued.dueMs > nowMs) return;
    this.#activate(queued);
  }

  /** One second after the first failure, twice as long after each further one. */
  #wait(queued: QueuedPod): void {
    const { podInitialBackoffMs, podMaxBackoffMs } = this.#configuration;
    const doublings = Math.min(Math.max(0, queued.attempts - 1), 30);
    queued.dueMs = queued.failedAtMs + Math.min(podInitialBackoffMs * 2 ** doublings, podMaxBackoffMs);
    queued.place = 'backoff';
    this.#backoff.push(queued);
  }

  #activate(queued: QueuedPod): void {
    queued.place = 'active';
    queued.failedToWrite = false;
    this.#active.push(queued);
  }
}

/** What the pod asks for: while it is the same, looking again without an event would find the same. */
function wishOf(pod: Pod): string {
  const gates = pod.spec?.schedulingGates ?? [];
  return gates.length === 0 ? classKey(pod) : `${JSON.stringify(gates)} ${classKey(pod)}`;
}

function isAhead(left: QueuedPod, right: QueuedPod): boolean {
  const [a, b] = [left.pod, right.pod];
  const priority = (a.spec?.priority ?? 0) - (b.spec?.priority ?? 0);
  if (priority !== 0) return priority > 0;
  const [older, younger] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return older === younger ? left.order < right.order : older < younger;
}
