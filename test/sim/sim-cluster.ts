/**
 * The control plane's core in one synchronous loop: real controllers, scheduler, plan check and registry over a
 * view in memory. Time and order come from the caller, so that a seed replays a run.
 */
import { checkPlan } from '../../reconciler/core/check/check-plan.ts';
import { controllers } from '../../reconciler/core/controllers/table.ts';
import { allObjects } from '../../reconciler/core/model/all-objects.ts';
import type { Controller, PlanContext, Refusal } from '../../reconciler/core/model/controller.ts';
import {
  decodeObject,
  type KubeObject,
  type ObjectRef,
  objectId,
  refOf,
  registryPrefix,
  storeKey,
} from '../../reconciler/core/model/object.ts';
import type { Change, EventRecord, Plan } from '../../reconciler/core/model/plan.ts';
import { mix } from '../../reconciler/core/model/seeded-suffix.ts';
import { stableHash } from '../../reconciler/core/model/stable-hash.ts';
import type { NodeUsage, PodUsage, UsageSource } from '../../reconciler/core/model/usage.ts';
import { type ClusterView, MutableView, type ViewChange } from '../../reconciler/core/model/view.ts';
import { networkDefaults } from '../../reconciler/core/registry/allocate.ts';
import { type Transaction, transactionOf } from '../../reconciler/core/registry/transaction.ts';
import { planScheduling } from '../../reconciler/core/scheduler/plan-scheduling.ts';

/** A committed change as the log tells it. */
export interface Commit {
  readonly by: string;
  readonly change: ViewChange;
}

type TakenTransaction = Extract<Transaction, { ok: true }>;

interface Work {
  readonly controller: Controller;
  readonly key: ObjectRef;
}

interface Timer extends Work {
  readonly dueMs: number;
}

/** Plans of one settling: far more than any scenario needs, so that a loop that never ends is found. */
const plansMax = 20_000;

/** When a refused plan is tried again: the longest wait of the loop's queue. */
const refusedAgainMs = 60_000;

/** 2026-01-01T00:00:00Z. */
const startMs = 1_767_225_600_000;

const everything: ObjectRef = { apiVersion: 'v1', kind: 'Pod', namespace: '', name: '' };

/** What may change where a pod can go. */
const scheduled: ReadonlySet<string> = new Set([
  ...['Pod', 'Node', 'Namespace', 'Service'],
  ...['PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'CSINode', 'CSIDriver'],
]);

/** The scheduler as a controller of one key: all pods that wait. */
const scheduler: Controller = {
  name: 'default-scheduler',
  keysFor: ({ ref }) => (scheduled.has(ref.kind) ? [everything] : []),
  plan: (_key, view, context) => planScheduling(view, view.podsOnNode('').map(refOf), context),
};

export class SimCluster {
  readonly view = new MutableView();
  nowMs = startMs;
  /** What pods and nodes use, as their agents would report it; by uid and by name. */
  readonly usage = { pods: new Map<string, PodUsage>(), nodes: new Map<string, NodeUsage>() };
  /** Everything committed since it was last taken. */
  readonly commits: Commit[] = [];
  readonly events: EventRecord[] = [];
  readonly #seed: number;
  readonly #shuffle: boolean;
  readonly #controllers: readonly Controller[];
  readonly #work = new Map<string, Work>();
  readonly #timers = new Map<string, Timer>();
  /** What the registry refused and is tried again in its time. */
  readonly #refused = new Set<string>();
  /** How far the clock was set off. */
  #setMs = 0;
  #draws = 0;
  #uids = 0;
  /** Plans made so far, by key. */
  readonly #turns = new Map<string, number>();

  /** With `shuffle` the seed also decides which key is planned next; otherwise the first one. */
  constructor(options: { readonly seed: number; readonly shuffle: boolean }) {
    this.#seed = options.seed;
    this.#shuffle = options.shuffle;
    const { pods, nodes } = this.usage;
    const usage: UsageSource = { pod: (uid) => pods.get(uid), node: (name) => nodes.get(name) };
    this.#controllers = [...controllers({ ...networkDefaults, usage }), scheduler];
    this.submit('user', [{ type: 'create', object: namespaceObject('shop') }]);
  }

  /** A number that the seed decides, below `bound`. */
  draw(bound: number): number {
    return mix(this.#seed, this.#draws++) % bound;
  }

  /** Commits the changes, or throws with what the registry says against them. */
  submit(by: string, changes: readonly Change[]): void {
    const transaction = this.#transaction(changes);
    if (!transaction.ok) throw new Error(`${by}: ${transaction.problem.message}`);
    this.#commit(by, transaction);
  }

  #transaction(changes: readonly Change[]): Transaction {
    return transactionOf(changes, this.view, {
      nowMs: this.nowMs,
      uuid: () => `uid-${String(++this.#uids).padStart(4, '0')}`,
      random: () => this.draw(2 ** 30) / 2 ** 30,
      settings: networkDefaults,
    });
  }

  #commit(by: string, { outcomes, writes }: TakenTransaction): void {
    const revision = this.view.revision + 1;
    const own = new Set(outcomes.map(({ ref }) => storeKey(ref, this.view.kinds)));
    for (const { type, ref, object } of outcomes) {
      if (type === 'unchanged') continue;
      const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      this.#committed(by, this.view.apply(ref, type === 'removed' ? undefined : stored, revision));
    }
    // What admission writes beside them: the quotas that they are charged to.
    for (const write of writes) {
      if (write.type !== 'put' || own.has(write.key) || !write.key.startsWith(registryPrefix)) continue;
      const object = decodeObject(write.value, revision);
      this.#committed(by, this.view.apply(refOf(object), object, revision));
    }
  }

  #committed(by: string, change: ViewChange): void {
    this.commits.push({ by, change });
    for (const controller of this.#controllers) {
      for (const key of controller.keysFor(change, this.view)) this.#enqueue({ controller, key });
    }
  }

  #enqueue(work: Work): void {
    this.#work.set(workId(work), work);
  }

  /** Makes one plan and commits it; false when nothing waits. */
  step(): boolean {
    const waiting = [...this.#work.keys()];
    const id = waiting[this.#shuffle && waiting.length > 0 ? this.draw(waiting.length) : 0];
    const work = id === undefined ? undefined : this.#work.get(id);
    if (id === undefined || work === undefined) return false;
    this.#work.delete(id);
    const plan = this.#plan(work);
    const againMs = this.#carryOut(work, plan);
    this.#timers.delete(id);
    if (againMs !== undefined) this.#timers.set(id, { ...work, dueMs: this.nowMs + againMs });
    return true;
  }

  /** Commits the plan, or what its controller does in its place; gives when to plan the key again. */
  #carryOut(work: Work, plan: Plan): number | undefined {
    const transaction = plan.changes.length === 0 ? undefined : this.#transaction(plan.changes);
    if (transaction === undefined || transaction.ok) {
      if (transaction !== undefined) this.#commit(work.controller.name, transaction);
      this.events.push(...plan.events);
      this.#refused.delete(workId(work));
      return plan.requeueAfterMs;
    }
    this.#refused.add(workId(work));
    const instead = this.#instead(work, { plan, ...transaction });
    if (instead.changes.length > 0) this.submit(work.controller.name, instead.changes);
    this.events.push(...instead.events);
    return refusedAgainMs;
  }

  #instead(work: Work, refusal: Refusal): Plan {
    const { controller, key } = work;
    if (controller.refused === undefined) throw new Error(`${controller.name}: ${refusal.problem.message}`);
    return this.#checked(controller, controller.refused(key, refusal, this.view, this.#context(work)));
  }

  #plan(work: Work): Plan {
    const { controller, key } = work;
    return this.#checked(controller, controller.plan(key, this.view, this.#context(work)));
  }

  /** Each key has seeds of its own, so that one more controller changes nobody else's choices. */
  #context(work: Work): PlanContext {
    const id = workId(work);
    const turn = (this.#turns.get(id) ?? 0) + 1;
    this.#turns.set(id, turn);
    const seed = mix(mix(this.#seed, Number.parseInt(stableHash(id).slice(0, 8), 16)), turn);
    return { nowMs: this.nowMs, steadyMs: this.nowMs - this.#setMs, seed };
  }

  #checked(controller: Controller, plan: Plan): Plan {
    const problems = checkPlan(plan.changes, this.view);
    if (problems.length > 0)
      throw new Error(`${controller.name} made an unsound plan: ${problems.join('; ')}`);
    return plan;
  }

  /** Plans until nothing waits. */
  settle(): void {
    for (let plans = 0; this.step(); plans++) {
      if (plans > plansMax) throw new Error(`no rest after ${plansMax} plans`);
    }
  }

  /** Sets the clock: what waits, waits as long as it would have. */
  stepClock(ms: number): void {
    this.nowMs += ms;
    this.#setMs += ms;
    for (const [id, timer] of this.#timers) this.#timers.set(id, { ...timer, dueMs: timer.dueMs + ms });
  }

  /** Moves the clock on, planning whatever becomes due on the way, each at its time. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter(([, timer]) => timer.dueMs <= endMs)
        .sort(([, a], [, b]) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      const [id, timer] = due;
      this.#timers.delete(id);
      this.nowMs = Math.max(this.nowMs, timer.dueMs);
      this.#enqueue(timer);
      this.settle();
    }
    this.nowMs = endMs;
  }

  #changesOf(work: Work): readonly Change[] {
    if (this.#refused.has(workId(work))) return [];
    return this.#plan(work).changes;
  }

  /** Every plan that anyone would make now although all has settled: must be empty. */
  unrest(): readonly string[] {
    const found: string[] = [];
    for (const object of allObjects(this.view)) {
      const change = { ref: refOf(object), before: undefined, after: object };
      for (const controller of this.#controllers) {
        for (const key of controller.keysFor(change, this.view)) {
          const changes = this.#changesOf({ controller, key });
          if (changes.length > 0)
            found.push(`${controller.name} ${objectId(key)}: ${JSON.stringify(changes)}`);
        }
      }
    }
    return found;
  }

  list<T extends KubeObject>(apiVersion: T['apiVersion'], kind: T['kind']): readonly T[] {
    return (this.view as ClusterView).list<T>(apiVersion, kind);
  }
}

function workId({ controller, key }: Work): string {
  return `${controller.name} ${objectId(key)}`;
}

export function namespaceObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}
