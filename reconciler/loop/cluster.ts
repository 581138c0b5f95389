/**
 * The cluster in memory and the one door to change it. The view follows the store's watch; every change is
 * prepared against the view and committed by compare-and-set, so that a writer with an old view loses, and plans anew.
 */
import type { ChangeListener, ClusterAccess, SubmitOptions, SubmitResult } from '../core/model/access.ts';
import { type KubeObject, decodeObject, refOf, registryPrefix } from '../core/model/object.ts';
import type { Change } from '../core/model/plan.ts';
import { type ClusterView, MutableView, type ViewChange } from '../core/model/view.ts';
import type { Clock, Random, Store, StoreBatch, StoreWrite } from '../core/ports.ts';
import type { NetworkSettings } from '../core/registry/allocate.ts';
import type { StatusProblem } from '../core/registry/status-error.ts';
import { transactionOf } from '../core/registry/transaction.ts';
import type { Leadership } from './leadership.ts';

/** Objects read at once while the view is filled; each page stays within a few megabytes. */
const loadPageSize = 1000;

interface ClusterPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: NetworkSettings;
  readonly leadership: Leadership;
}

export class Cluster implements ClusterAccess {
  readonly #ports: ClusterPorts;
  readonly #view = new MutableView();
  readonly #listeners = new Set<ChangeListener>();
  readonly #waiting: { readonly revision: number; readonly done: () => void }[] = [];

  private constructor(ports: ClusterPorts) {
    this.#ports = ports;
  }

  /** Fills the view with everything that the store holds. */
  static async load(ports: ClusterPorts): Promise<Cluster> {
    const cluster = new Cluster(ports);
    const revision = await ports.store.revision();
    let after: string | undefined;
    do {
      const page = await ports.store.list(registryPrefix, {
        limit: loadPageSize,
        revision,
        ...(after === undefined ? {} : { after }),
      });
      for (const record of page.records) {
        const object = decodeObject(record.value, record.modRevision);
        cluster.#view.apply(refOf(object), object, revision);
      }
      after = page.next;
    } while (after !== undefined);
    cluster.#view.revision = revision;
    return cluster;
  }

  get view(): ClusterView {
    return this.#view;
  }

  get settings(): NetworkSettings {
    return this.#ports.settings;
  }

  /** Hears of every commit from now on, in order; the returned function ends it. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Follows the store until `signal` aborts. Rejects when the store fails: then the process must end. */
  async follow(signal: AbortSignal): Promise<void> {
    for await (const batch of this.#ports.store.watch('', { after: this.#view.revision, signal }))
      this.#take(batch);
  }

  /** Resolves once the view shows `revision`. */
  async until(revision: number): Promise<void> {
    if (this.#view.revision >= revision) return;
    await new Promise<void>((done) => this.#waiting.push({ revision, done }));
  }

  /** Commits all changes or none. A lost race is a `Conflict`; the view has caught up when this resolves. */
  async submit(changes: readonly Change[], options: SubmitOptions = {}): Promise<SubmitResult> {
    const { store, clock, random, settings, leadership } = this.#ports;
    const transaction = transactionOf(changes, this.#view, {
      nowMs: clock.now(),
      uuid: () => random.uuid(),
      random: () => random.next(),
      settings,
      ...(options.user === undefined ? {} : { user: options.user }),
    });
    if (!transaction.ok) return transaction;
    const { writes, outcomes, warnings } = transaction;
    if (writes.length === 0 || options.dryRun === true)
      return { ok: true, revision: this.#view.revision, outcomes, warnings };
    const fence: StoreWrite[] =
      options.fence === 'none'
        ? []
        : [{ type: 'check', key: leadership.key, expected: leadership.modRevision }];
    const result = await store.commit([...fence, ...writes]);
    await this.until(result.revision);
    if (result.ok) return { ok: true, revision: result.revision, outcomes, warnings };
    const keys = result.conflicts
      .map((one) => `${one.key} (planned from ${one.expected}, now ${one.actual})`)
      .join(', ');
    const problem: StatusProblem = { code: 409, reason: 'Conflict', message: `changed in between: ${keys}` };
    return { ok: false, problem, change: changes[0] as Change };
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
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes, batch.revision);
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
