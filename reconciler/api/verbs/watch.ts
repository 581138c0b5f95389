/** watch: what a list shows first, where asked for, then every change, each in a frame of its own. */
import type { ServerResponse } from 'node:http';
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import { hubOf } from '../../core/conversion/conversion.ts';
import type { KubeObject } from '../../core/model/object.ts';
import { columnsOf } from '../../core/printing/columns.ts';
import { partialObjectMetadata } from '../../core/printing/partial-object-metadata.ts';
import { tableOf } from '../../core/printing/table.ts';
import { type Clock, CompactedError } from '../../core/ports.ts';
import type { AnswerForm } from '../accept.ts';
import { ApiError } from '../api-error.ts';
import { isSet, type ResourceRequest, wholeNumber } from '../request.ts';
import { awaitFreshness, revisionOf } from '../resource-version.ts';
import { statusOf } from '../status.ts';
import { shownAs } from '../versions.ts';
import type { RevisedChange, WatchCache } from '../watch-cache.ts';
import { type ReadPorts, selectedObjects } from './list.ts';
import { tableOptions } from './rendering.ts';
import { type Selection, selectionOf } from './selection.ts';
import { type EventType, type Frame, jsonWatch, protobufWatch, type WatchFormat } from './watch-format.ts';

/** A watcher that lets this much pile up is cut off; it comes back and goes on, or lists again. */
const watchBufferBytesMax = 8 * 1024 * 1024;
/** Bookmarks come this often, as kube-apiserver's. */
const bookmarkIntervalMs = 60_000;
/** Watches without a timeout of their own end after so long, spread so that not all come back at once. */
const timeoutMs = { from: 1_800_000, spread: 1_800_000 };

/** Where a watch begins, from its parameters. */
interface Start {
  /** Everything that is there comes first, as ADDED. */
  readonly initial: boolean;
  /** A bookmark tells where the initial events end. */
  readonly marksEnd: boolean;
  /** Changes after this revision are wanted; undefined for those after the initial events. */
  readonly after: number | undefined;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** Streams until the client leaves, the time is over, or the watcher is too slow. Rejects before the first byte only. */
export async function watchObjects(
  request: ResourceRequest,
  form: AnswerForm,
  ports: ReadPorts,
  cache: WatchCache,
  response: ServerResponse,
  random: () => number,
): Promise<void> {
  const start = startOf(request.query, random);
  const selection = selectionOf(request);
  if (start.initial) {
    const freshness =
      start.after === undefined
        ? ({ type: 'recent' } as const)
        : ({ type: 'least', revision: start.after } as const);
    await awaitFreshness(start.after === 0 ? { type: 'any' } : freshness, ports.cluster, ports.clock);
  }
  if (response.destroyed) return;
  const watch = new Watch(request, selection, form, ports, response);
  response.writeHead(200, { 'content-type': watch.contentType, 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  await watch.run(start, cache);
}

function startOf(query: URLSearchParams, random: () => number): Start {
  const text = query.get('resourceVersion') ?? '';
  const revision = text === '' ? undefined : revisionOf(text);
  const asked = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch') ?? '';
  const bookmarks = isSet(query, 'allowWatchBookmarks');
  if (asked !== null && match !== 'NotOlderThan')
    throw forbiddenOption('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (asked === null && match !== '')
    throw forbiddenOption('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  const seconds = wholeNumber(query, 'timeoutSeconds') ?? 0;
  const initial =
    asked === null ? revision === undefined || revision === 0 : isSet(query, 'sendInitialEvents');
  return {
    initial,
    marksEnd: asked !== null && initial && bookmarks,
    after: revision,
    bookmarks,
    timeoutMs: seconds > 0 ? seconds * 1000 : timeoutMs.from + random() * timeoutMs.spread,
  };
}

function forbiddenOption(detail: string): ApiError {
  const field = 'resourceVersionMatch';
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${detail}`,
    causes: [{ reason: 'FieldValueForbidden', field, message: `Forbidden: ${detail}` }],
    details: { group: 'meta.k8s.io', kind: 'ListOptions' },
  });
}

/** One watcher and what it has been told. */
class Watch {
  readonly #request: ResourceRequest;
  readonly #info: KindInfo;
  readonly #selection: Selection;
  readonly #form: AnswerForm;
  readonly #format: WatchFormat;
  readonly #ports: ReadPorts;
  readonly #response: ServerResponse;
  /** Columns of a Table come with its first event alone. */
  #columnsSent = false;

  constructor(
    request: ResourceRequest,
    selection: Selection,
    form: AnswerForm,
    ports: ReadPorts,
    response: ServerResponse,
  ) {
    this.#request = request;
    this.#info = request.info;
    this.#selection = selection;
    this.#form = form;
    this.#format = form.encoding === 'protobuf' ? protobufWatch : jsonWatch;
    this.#ports = ports;
    this.#response = response;
  }

  get contentType(): string {
    return this.#format.contentType;
  }

  async run(start: Start, cache: WatchCache): Promise<void> {
    const { clock, cluster } = this.#ports;
    const closed = new AbortController();
    this.#response.on('close', () => closed.abort());
    const hub = hubOf(this.#info);
    const kind = `${hub.group}/${hub.kind}`;
    let from = start.after ?? 0;
    if (start.initial) {
      from = cluster.view.revision;
      for (const object of selectedObjects(this.#request, this.#selection, cluster))
        this.#send('ADDED', object);
      if (start.marksEnd) this.#bookmark(from, { 'k8s.io/initial-events-end': 'true' });
    } else if (start.after === undefined) from = cluster.view.revision;
    let unlisten: (() => void) | undefined;
    // In one breath with the last of the past: nothing may be committed in between.
    const listen = (): void => {
      unlisten = cache.listen(kind, (changes) => this.#deliver(changes, from));
    };
    await this.#catchUp(from, kind, cache, closed.signal, listen);
    if (unlisten === undefined) return;
    const cancelTimers = [
      clock.after(start.timeoutMs, () => this.#response.end()),
      start.bookmarks ? this.#bookmarkRegularly(clock, cache) : () => undefined,
    ];
    await new Promise<void>((resolve) => {
      if (closed.signal.aborted) resolve();
      else closed.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    unlisten();
    for (const cancel of cancelTimers) cancel();
  }

  /**
   * Tells what happened since `from`, then calls `listen`; ends the watch where the past is no longer known and the
   * client has to list again.
   */
  async #catchUp(
    from: number,
    kind: string,
    cache: WatchCache,
    signal: AbortSignal,
    listen: () => void,
  ): Promise<void> {
    let after = from;
    for (;;) {
      const missed = cache.since(after, kind);
      if (missed !== undefined) {
        this.#deliver(missed, after);
        listen();
        return;
      }
      const upTo = cache.revision;
      try {
        for await (const changes of cache.replay(after, kind, signal)) this.#deliver(changes, after);
      } catch (error) {
        if (!(error instanceof CompactedError)) throw error;
        const message = `too old resource version: ${error.requested} (${error.compacted})`;
        this.#write('ERROR', statusOf({ code: 410, reason: 'Expired', message }));
        this.#response.end();
        return;
      }
      if (signal.aborted) return;
      after = upTo;
    }
  }

  #deliver(changes: readonly RevisedChange[], after: number): void {
    const { namespace } = this.#request;
    const { matches } = this.#selection;
    for (const revised of changes) {
      const { change, revision } = revised;
      if (revision <= after || (namespace !== '' && change.ref.namespace !== namespace)) continue;
      const before = this.#seen(change.before, matches);
      const now = this.#seen(change.after, matches);
      if (now !== undefined) this.#send(before === undefined ? 'ADDED' : 'MODIFIED', now, revised);
      else if (before !== undefined) this.#send('DELETED', atRevision(before, revision), revised);
    }
    if (pendingBytes(this.#response) > watchBufferBytesMax) this.#response.destroy();
  }

  #seen(object: KubeObject | undefined, matches: Selection['matches']): KubeObject | undefined {
    if (object === undefined) return undefined;
    const shown = shownAs(object, this.#info, this.#ports.cluster.view);
    return matches === undefined || matches(shown) ? shown : undefined;
  }

  #send(type: EventType, object: KubeObject, shared?: RevisedChange): void {
    if (this.#form.as === undefined) {
      const make = (): Frame => this.#format.frame(type, object);
      const key = `${this.#form.encoding} ${type} ${object.apiVersion}`;
      this.#response.write(shared === undefined ? make() : shared.frame(key, make));
      return;
    }
    this.#write(type, this.#rendered(object));
  }

  #rendered(object: KubeObject): object {
    const { query } = this.#request;
    if (this.#form.as !== 'Table') return partialObjectMetadata(object, this.#form.version ?? 'v1');
    const { cluster, clock } = this.#ports;
    const options = tableOptions(query, this.#form, clock.now());
    const table = tableOf([object], columnsOf(this.#info, cluster.view), options);
    const columns = this.#columnsSent ? { columnDefinitions: null } : {};
    this.#columnsSent = true;
    return { ...table, ...columns, metadata: { resourceVersion: object.metadata.resourceVersion ?? '' } };
  }

  #bookmark(revision: number, annotations?: Readonly<Record<string, string>>): void {
    const metadata = {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    const identity =
      this.#form.as === undefined
        ? { kind: this.#info.kind, apiVersion: apiVersionOf(this.#info) }
        : { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${this.#form.version ?? 'v1'}` };
    const object = { ...identity, metadata };
    if (this.#form.as !== 'Table') return this.#write('BOOKMARK', object);
    const table = {
      kind: 'Table',
      apiVersion: identity.apiVersion,
      metadata: { resourceVersion: String(revision) },
    };
    const rows = annotations === undefined ? [] : [{ cells: [], object }];
    this.#write('BOOKMARK', { ...table, columnDefinitions: null, rows });
  }

  #bookmarkRegularly(clock: Clock, cache: WatchCache): () => void {
    let cancel = (): void => undefined;
    const turn = (): void => {
      this.#bookmark(cache.revision);
      cancel = clock.after(bookmarkIntervalMs, turn);
    };
    cancel = clock.after(bookmarkIntervalMs, turn);
    return () => cancel();
  }

  #write(type: EventType, object: object): void {
    this.#response.write(this.#format.frame(type, object));
  }
}

/** Bytes that the client has not taken yet; over HTTP/2 they wait in the stream. */
function pendingBytes(response: ServerResponse): number {
  const { stream } = response as ServerResponse & { readonly stream?: { readonly writableLength: number } };
  return stream?.writableLength ?? response.writableLength;
}

function atRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
