/**
 * Kubernetes Events: what controllers, scheduler and hosts have to tell. Equal ones are counted on one object, and too
 * many about one object are left out; they are written in the background, dropped with a log line when the
 * cluster changes faster than they can be, and expire after an hour as kube-apiserver's do.
 */
import type { Event } from '../../schemas/kubernetes/types/core-v1.ts';
import { formatTime } from '../core/model/time.ts';
import type { Change, EventRecord } from '../core/model/plan.ts';
import type { Clock, Logger } from '../core/ports.ts';
import type { Cluster } from './cluster.ts';
import { type Correlated, EventCorrelator } from './event-correlator.ts';

/** Events wait this long to be written together. */
const flushDelayMs = 50;
/** More than this many unwritten events and new ones are dropped: telling must never stop doing. */
const pendingMax = 10_000;
/** Events of one commit: a hundred cost the disk as much as one, and etcd takes that many by default. */
const perCommit = 100;
/** Refused events that are left out of a commit, before its others are written one by one. */
const refusalsMax = 3;
const lifetimeMs = 3_600_000;
const sweepIntervalMs = 60_000;

export class EventRecorder {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #correlator = new EventCorrelator();
  #pending: Correlated[] = [];
  #scheduled = false;
  #writing = false;
  #cancelSweep = (): void => undefined;

  constructor(cluster: Cluster, clock: Clock, logger: Logger) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#logger = logger;
  }

  start(): void {
    this.#cancelSweep = this.#clock.after(sweepIntervalMs, () => {
      this.#sweep().catch((error: unknown) =>
        this.#logger.error('expired events could not be removed', { error: String(error) }),
      );
      this.start();
    });
  }

  stop(): void {
    this.#cancelSweep();
  }

  record(events: readonly EventRecord[]): void {
    if (events.length === 0) return;
    const now = this.#clock.now();
    const told = events.flatMap((event) => this.#correlator.take(event, now) ?? []);
    if (this.#pending.length + told.length > pendingMax) {
      this.#logger.warn('events were dropped: more than can be written', { dropped: told.length });
      return;
    }
    this.#pending.push(...told);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#writing || this.#pending.length === 0) return;
    this.#scheduled = true;
    this.#clock.after(flushDelayMs, () => {
      this.#scheduled = false;
      this.#writing = true;
      this.#flush()
        .catch((error: unknown) =>
          this.#logger.error('events could not be written', { error: String(error) }),
        )
        .finally(() => {
          this.#writing = false;
          this.#schedule();
        });
    });
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) await this.#write(this.#changesFor(this.#pending.splice(0, perCommit)));
  }

  #changesFor(taken: readonly Correlated[]): readonly Change[] {
    const changes = new Map<string, Change>();
    const now = formatTime(this.#clock.now());
    for (const { name, record } of taken) {
      const namespace = record.about.namespace === '' ? 'default' : record.about.namespace;
      const known = this.#cluster.view.get<Event>('v1', 'Event', namespace, name);
      const earlier = changes.get(`${namespace}/${name}`);
      const base =
        earlier?.type === 'create' || earlier?.type === 'update' ? (earlier.object as Event) : known;
      const object =
        base === undefined
          ? newEvent(record, namespace, name, now)
          : { ...base, message: record.message, count: (base.count ?? 1) + 1, lastTimestamp: now };
      changes.set(
        `${namespace}/${name}`,
        known === undefined ? { type: 'create', object } : { type: 'update', scope: 'all', object },
      );
    }
    return [...changes.values()];
  }

  /** Together; an event that is refused, as of a namespace that is going away, must not hold up the others. */
  async #write(changes: readonly Change[]): Promise<void> {
    let rest = changes;
    for (let refusals = 0; rest.length > 0; refusals++) {
      const together = refusals < refusalsMax ? rest : rest.slice(0, 1);
      const result = await this.#cluster.submit(together);
      const done = result.ok || together.length === 1 ? together : [result.change];
      if (!result.ok) this.#logger.debug('an event was not written', { problem: result.problem.message });
      rest = rest.filter((change) => !done.includes(change));
    }
  }

  async #sweep(): Promise<void> {
    const oldest = formatTime(this.#clock.now() - lifetimeMs);
    for (const event of this.#cluster.view.list<Event>('v1', 'Event')) {
      if ((event.lastTimestamp ?? event.metadata.creationTimestamp ?? '') >= oldest) continue;
      const { namespace = '', name = '', uid = '' } = event.metadata;
      await this.#cluster.submit([
        { type: 'delete', ref: { apiVersion: 'v1', kind: 'Event', namespace, name }, uid },
      ]);
    }
  }
}

function newEvent(record: EventRecord, namespace: string, name: string, now: string): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: record.about.apiVersion,
      kind: record.about.kind,
      name: record.about.name,
      ...(record.about.namespace === '' ? {} : { namespace: record.about.namespace }),
      uid: record.aboutUid,
      ...(record.fieldPath === undefined ? {} : { fieldPath: record.fieldPath }),
    },
    type: record.type,
    reason: record.reason,
    message: record.message,
    source: { component: record.source },
    reportingComponent: record.source,
    reportingInstance: '',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
