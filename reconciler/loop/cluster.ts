/**
 * The cluster in memory and the one door to change it. The view follows the store's watch; every change is
 * prepared against the view and committed by compare-and-set, so that a writer with an old view loses, and plans anew.
 */
import type {
  ChangeListener,
  ClusterAccess,
  Outcome,
  SubmitOptions,
  SubmitResult,
} from '../core/model/access.ts';
import { allObjects } from '../core/model/all-objects.ts';
import {
  type KubeObject,
  decodeObject,
  objectId,
  refOf,
  registryPrefix,
  storeKey,
} from '../core/model/object.ts';
import type { Change } from '../core/model/plan.ts';
import { type ClusterView, MutableView, type ViewChange } from '../core/model/view.ts';
import {
  type Clock,
  type CommitResult,
  CompactedError,
  type Random,
  type Store,
  type StoreBatch,
  type StoreConflict,
  type StoreWrite,
} from '../core/ports.ts';
import type { NetworkSettings } from '../core/registry/allocate.ts';
import { alreadyExists, conflict, type StatusProblem } from '../core/registry/status-error.ts';
import { transactionOf } from '../core/registry/transaction.ts';
import type { Fence } from './leadership.ts';
import { notLeading, problemOfStore } from './store-problem.ts';

/** Races over something that many writers touch, as a quota, which a writer may lose before it hears of it. */
const attemptsMax = 20;

/** Objects read at once while the view is filled; each page stays within a few megabytes. */
const loadPageSize = 1000;

interface ClusterPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: NetworkSettings;
  /** The term of now where this reconciler leads already; `lead` changes it. */
  readonly leadership?: Fence;
}

interface Attempt {
  readonly result: SubmitResult;
  /** Whether it failed over none of its own objects. */
  readonly lostBeside: boolean;
}

function decided(result: SubmitResult): Attempt {
  return { result, lostBeside: false };
}

interface StoredObjects {
  readonly revision: number;
  readonly list: readonly KubeObject[];
}

export class Cluster implements ClusterAccess {
  readonly #ports: ClusterPorts;
  readonly #view = new MutableView();
  readonly #listeners = new Set<ChangeListener>();
  #fence: Fence | undefined;
  #following = false;
  /** Ends with the last of those who try again. */
  #retries: Promise<unknown> = Promise.resolve();
  readonly #waiting: { readonly revision: number; readonly done: () => void }[] = [];

  private constructor(ports: ClusterPorts) {
    this.#ports = ports;
    this.#fence = ports.leadership;
  }

  /** Fills the view with everything that the store holds. */
  static async load(ports: ClusterPorts): Promise<Cluster> {
    const cluster = new Cluster(ports);
    await cluster.#catchUp();
    return cluster;
  }

  get view(): ClusterView {
    return this.#view;
  }

  get settings(): NetworkSettings {
    return this.#ports.settings;
  }

  /** From now on fenced changes are made in this term; without one, they are refused. */
  lead(fence: Fence | undefined): void {
    this.#fence = fence;
  }

  /** Hears of every commit from now on, in order; the returned function ends it. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Follows the store until `signal` aborts; one that slept past a compaction sees what is there now instead of what
   * happened. Rejects when the store fails: then the process must end.
   */
  async follow(signal: AbortSignal): Promise<void> {
    this.#following = true;
    try {
      while (!signal.aborted) await this.#followHistory(signal);
    } finally {
      this.#following = false;
    }
  }

  async #followHistory(signal: AbortSignal): Promise<void> {
    try {
      for await (const batch of this.#ports.store.watch('', { after: this.#view.revision, signal }))
        this.#take(batch);
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
      await this.#catchUp();
    }
  }

  /** Whether the view is kept current. */
  get following(): boolean {
    return this.#following;
  }

  /** Brings the view to what the store holds now; an object that was made anew goes before it comes. */
  async #catchUp(): Promise<void> {
    const view = this.#view;
    const objects = await this.#storedObjects();
    const { revision } = objects;
    const changes: ViewChange[] = [];
    const there = new Set(objects.list.map((object) => objectId(refOf(object))));
    for (const object of allObjects(view))
      if (!there.has(objectId(refOf(object)))) changes.push(view.apply(refOf(object), undefined, revision));
    for (const object of objects.list) {
      const ref = refOf(object);
      const before = view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
      if (before?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
      if (before !== undefined && before.metadata.uid !== object.metadata.uid)
        changes.push(view.apply(ref, undefined, revision));
      changes.push(view.apply(ref, object, revision));
    }
    view.revision = revision;
    this.#tell(changes, revision);
  }

  /** All objects at one revision; read anew where that is compacted meanwhile. */
  async #storedObjects(): Promise<StoredObjects> {
    for (;;) {
      try {
        return await this.#objectsAt(await this.#ports.store.revision());
      } catch (error) {
        if (!(error instanceof CompactedError)) throw error;
      }
    }
  }

  async #objectsAt(revision: number): Promise<StoredObjects> {
    const list: KubeObject[] = [];
    let after: string | undefined;
    do {
      const options = { limit: loadPageSize, revision, ...(after === undefined ? {} : { after }) };
      const page = await this.#ports.store.list(registryPrefix, options);
      for (const record of page.records) list.push(decodeObject(record.value, record.modRevision));
      after = page.next;
    } while (after !== undefined);
    return { revision, list };
  }

  /** Resolves once the view shows everything that was committed before the call, by whichever reconciler. */
  async current(): Promise<void> {
    await this.until(await this.#ports.store.revision());
  }

  /** Resolves once the view shows `revision`. */
  async until(revision: number): Promise<void> {
    if (this.#view.revision >= revision) return;
    await new Promise<void>((done) => this.#waiting.push({ revision, done }));
  }

  /**
   * Commits all changes or none. A lost race over an object of its own is a `Conflict`; the view has caught up when this
   * resolves. One over what its objects only use, a quota or an address, is run again by the view as it is then.
   */
  async submit(changes: readonly Change[], options: SubmitOptions = {}): Promise<SubmitResult> {
    const first = await this.#attempt(changes, options);
    if (!first.lostBeside) return first.result;
    // In turn: writers who lost against each other would do so again.
    const turn = this.#retries.then(() => this.#again(changes, options));
    this.#retries = turn.catch(() => undefined);
    return turn;
  }

  async #again(changes: readonly Change[], options: SubmitOptions): Promise<SubmitResult> {
    for (let attempt = 2; ; attempt++) {
      const { result, lostBeside } = await this.#attempt(changes, options);
      if (!lostBeside || attempt === attemptsMax) return result;
    }
  }

  async #attempt(changes: readonly Change[], options: SubmitOptions): Promise<Attempt> {
    const { store, clock, random, settings } = this.#ports;
    const transaction = transactionOf(changes, this.#view, {
      nowMs: clock.now(),
      uuid: () => random.uuid(),
      random: () => random.next(),
      settings,
      ...(options.user === undefined ? {} : { user: options.user }),
    });
    if (!transaction.ok) return decided(transaction);
    const { writes, ok: _, ...told } = transaction;
    const { outcomes } = told;
    if (writes.length === 0 || options.dryRun === true)
      return decided({ ok: true, revision: this.#view.revision, ...told });
    const fence = options.fence === 'none' ? [] : this.#fenced();
    const [change] = changes;
    if (fence === undefined) return decided({ ok: false, problem: notLeading, change: change as Change });
    let result: CommitResult;
    try {
      result = await store.commit([...fence, ...writes]);
    } catch (error) {
      const problem = problemOfStore(error);
      if (problem === undefined) throw error;
      return decided({ ok: false, problem, change: change as Change });
    }
    await this.until(result.revision);
    if (result.ok) return decided({ ok: true, revision: result.revision, ...told });
    const own = new Set(outcomes.map(({ ref }) => storeKey(ref, this.#view.kinds)));
    for (const { key } of fence) own.add(key);
    return {
      result: { ok: false, ...this.#lostRace(result.conflicts, changes, outcomes) },
      lostBeside: result.conflicts.every(({ key }) => !own.has(key)),
    };
  }

  /** The check that the term still lasts; undefined where there is none. */
  #fenced(): readonly StoreWrite[] | undefined {
    const fence = this.#fence;
    return fence && [{ type: 'check', key: fence.key, expected: fence.modRevision }];
  }

  /** Which change lost against somebody else's, as the API tells it. */
  #lostRace(
    conflicts: readonly StoreConflict[],
    changes: readonly Change[],
    outcomes: readonly Outcome[],
  ): { readonly problem: StatusProblem; readonly change: Change } {
    const { kinds } = this.#view;
    const lost = new Set(conflicts.map(({ key }) => key));
    const index = outcomes.findIndex(({ ref }) => lost.has(storeKey(ref, kinds)));
    const change = changes[Math.max(index, 0)] as Change;
    const ref = outcomes[index]?.ref;
    if (ref === undefined) {
      const keys = conflicts.map((one) => `${one.key} (planned from ${one.expected}, now ${one.actual})`);
      const message = `changed in between: ${keys.join(', ')}`;
      return { problem: { code: 409, reason: 'Conflict', message }, change };
    }
    if (change.type === 'create') return { problem: alreadyExists(ref, kinds), change };
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    return { problem: conflict(ref, why, kinds), change };
  }

  #take(batch: StoreBatch): void {
    const changes: ViewChange[] = [];
    for (const event of batch.events) {
      const record = event.type === 'put' ? event.record : event.previous;
      if (!record.key.startsWith(registryPrefix)) continue;
      const object: KubeObject = decodeObject(record.value, record.modRevision);
      changes.push(
        this.#view.apply(refOf(object), event.type === 'put' ? object : undefined, batch.revision),
      );
    }
    this.#view.revision = batch.revision;
    this.#tell(changes, batch.revision);
  }

  #tell(changes: readonly ViewChange[], revision: number): void {
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes, revision);
    this.#wake();
  }

  #wake(): void {
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      const waiter = this.#waiting[index];
      if (waiter === undefined || waiter.revision > this.#view.revision) continue;
      this.#waiting.splice(index, 1);
      waiter.done();
    }
  }
}
