/** What `/metrics` tells of the API, under kube-apiserver's names, and of the process. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a request was about. The server names only kinds that it serves, so that strangers make no new series. */
export interface RequestLabels {
  /** Kubernetes' verb in capitals: GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE, DELETECOLLECTION, CONNECT. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** Plural name; empty for paths that are no resources. */
  readonly resource: string;
  readonly subresource: string;
  readonly scope: 'cluster' | 'namespace' | 'resource' | '';
  readonly dryRun: boolean;
}

export type RequestKind = 'mutating' | 'readOnly';

/** What the server tells as it works. Cheap: a map look-up and an addition each. */
export interface ApiRecorder {
  requestStarted(kind: RequestKind): void;
  requestEnded(kind: RequestKind, labels: RequestLabels, code: number, durationMs: number): void;
  longRunningStarted(labels: RequestLabels): void;
  longRunningEnded(labels: RequestLabels): void;
  /** `count` events of a kind were sent to a watch. */
  watchEvents(group: string, version: string, kind: string, count: number): void;
}

/** Series of one metric; beyond them (definitions that come and go by the thousand) all count as one. */
const seriesMax = 5_000;

/** kube-apiserver's bounds of durations, in seconds. */
const durationBounds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

const resourceLabels = ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'] as const;
const requestLabels = [...resourceLabels, 'dry_run'] as const;

/** The metrics of one API server. */
export class ApiMetrics implements ApiRecorder {
  readonly #registry = new Registry();
  readonly #inflight: Record<RequestKind, number> = { mutating: 0, readOnly: 0 };
  readonly #requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests by verb, resource and status code.',
    labelNames: [...requestLabels, 'code'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'Seconds from a request to its answer, without long-running ones.',
    labelNames: requestLabels,
    buckets: durationBounds,
    registers: [this.#registry],
  });
  readonly #longRunning = new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches, logs and sessions that are open.',
    labelNames: resourceLabels,
    registers: [this.#registry],
  });
  readonly #watchEvents = new Counter({
    name: 'apiserver_watch_events_total',
    help: 'Events sent to watches.',
    labelNames: ['group', 'version', 'kind'],
    registers: [this.#registry],
  });
  readonly #requestChildren = new SeriesCache((labels) => this.#requests.labels(labels));
  readonly #durationChildren = new SeriesCache((labels) => this.#durations.labels(labels));
  readonly #longRunningChildren = new SeriesCache((labels) => this.#longRunning.labels(labels));
  readonly #watchChildren = new SeriesCache((labels) => this.#watchEvents.labels(labels));

  constructor() {
    const inflight = this.#inflight;
    // The registry keeps it; read when the metrics are.
    new Gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Requests that are being served.',
      labelNames: ['request_kind'],
      registers: [this.#registry],
      collect() {
        this.set({ request_kind: 'mutating' }, inflight.mutating);
        this.set({ request_kind: 'readOnly' }, inflight.readOnly);
      },
    });
    collectDefaultMetrics({ register: this.#registry });
  }

  requestStarted(kind: RequestKind): void {
    this.#inflight[kind]++;
  }

  requestEnded(kind: RequestKind, labels: RequestLabels, code: number, durationMs: number): void {
    this.#inflight[kind]--;
    const key = keyOf(labels);
    this.#requestChildren
      .get(`${key} ${code}`, () => ({ ...requestValues(labels), code: String(code) }))
      .inc();
    this.#durationChildren.get(key, () => requestValues(labels)).observe(durationMs / 1000);
  }

  longRunningStarted(labels: RequestLabels): void {
    this.#longRunningChildren.get(keyOf(labels), () => resourceValues(labels)).inc();
  }

  longRunningEnded(labels: RequestLabels): void {
    this.#longRunningChildren.get(keyOf(labels), () => resourceValues(labels)).dec();
  }

  watchEvents(group: string, version: string, kind: string, count: number): void {
    this.#watchChildren.get(`${group}/${version}/${kind}`, () => ({ group, version, kind })).inc(count);
  }

  /** The body of `/metrics`, in Prometheus' text format. */
  async document(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}

type Values = Record<string, string>;

/** Children of a metric by a key that is cheaper to make than their labels. */
class SeriesCache<T> {
  readonly #children = new Map<string, T>();
  readonly #make: (labels: Values) => T;

  constructor(make: (labels: Values) => T) {
    this.#make = make;
  }

  get(key: string, labelsOf: () => Values): T {
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const full = this.#children.size >= seriesMax;
    const labels = full
      ? Object.fromEntries(Object.keys(labelsOf()).map((name) => [name, 'other']))
      : labelsOf();
    const child = this.#make(labels);
    if (!full) this.#children.set(key, child);
    return child;
  }
}

function keyOf({ verb, group, version, resource, subresource, scope, dryRun }: RequestLabels): string {
  return `${verb} ${group}/${version}/${resource}/${subresource} ${scope}${dryRun ? ' dry' : ''}`;
}

function resourceValues({ verb, group, version, resource, subresource, scope }: RequestLabels): Values {
  return { component: 'apiserver', verb, group, version, resource, subresource, scope };
}

function requestValues(labels: RequestLabels): Values {
  return { ...resourceValues(labels), dry_run: labels.dryRun ? 'All' : '' };
}
