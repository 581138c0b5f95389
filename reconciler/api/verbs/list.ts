/** list: from the view, in pages at one revision, whole or in the other forms. */
import type { ServerResponse } from 'node:http';
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import type { ClusterAccess } from '../../core/model/access.ts';
import { decodeObject, type KubeObject, storePrefix } from '../../core/model/object.ts';
import { type Clock, CompactedError, FutureRevisionError, type Store } from '../../core/ports.ts';
import { hubOf } from '../../core/conversion/conversion.ts';
import { columnsOf } from '../../core/printing/columns.ts';
import { tableText } from '../../core/printing/table.ts';
import { type AnswerForm, mediaTypes } from '../accept.ts';
import { type Handled, streamed } from '../answer.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { type ResourceRequest, wholeNumber } from '../request.ts';
import { awaitFreshness, freshnessOf } from '../resource-version.ts';
import { jsonOf } from '../serialized.ts';
import { servedAsStored, shownAs, storedObjects } from '../versions.ts';
import { type Continuation, decodeContinuation, encodeContinuation } from './continue-token.ts';
import { type ListMeta, listKindOf, renderList, tableOptions } from './rendering.ts';
import { type Selection, selectionOf } from './selection.ts';
import { drained } from '../../../schemas/wire/drained.ts';

export interface ReadPorts {
  readonly cluster: ClusterAccess;
  readonly store: Store;
  readonly clock: Clock;
}

/** Objects written at once while a list is streamed: some hundred kilobytes. */
const itemsPerWrite = 128;
/** Records read from the store at once for a page in the past. */
const recordsPerRead = 500;

interface Page {
  readonly objects: readonly KubeObject[];
  readonly revision: number;
  /** Key of the last object shown, where more follow. */
  readonly last?: string;
  readonly remaining?: number;
}

/** Answers a list in `form`. Whole objects are written as they are read, without the list as one text in memory. */
export async function listObjects(
  request: ResourceRequest,
  form: AnswerForm,
  ports: ReadPorts,
  response: ServerResponse,
): Promise<Handled> {
  const page = await pageOf(request, ports);
  const { last, remaining } = page;
  const metadata: ListMeta = {
    resourceVersion: String(page.revision),
    ...(last === undefined ? {} : { continue: continuationOf(page, last) }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
  const { info, query } = request;
  if (form.as === undefined && form.encoding === 'json') {
    await streamList(page.objects, info, metadata, response);
    return streamed;
  }
  const options = () => tableOptions(query, form, ports.clock.now());
  if (form.as === 'Table' && form.encoding === 'json') {
    const columns = columnsOf(info, ports.cluster.view);
    const body = tableText(page.objects, columns, options(), metadata, jsonOf);
    return { code: 200, body, contentType: mediaTypes.json };
  }
  return { code: 200, body: renderList(page.objects, info, metadata, ports.cluster.view, form, options) };
}

function continuationOf({ revision, remaining }: Page, last: string): string {
  return encodeContinuation({
    revision,
    after: last,
    ...(remaining === undefined ? {} : { left: remaining }),
  });
}

async function streamList(
  objects: readonly KubeObject[],
  info: KindInfo,
  metadata: ListMeta,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': mediaTypes.json, 'cache-control': 'no-cache, private' });
  const head = { kind: listKindOf(info), apiVersion: apiVersionOf(info), metadata };
  let text = `${JSON.stringify(head).slice(0, -1)},"items":[`;
  for (let start = 0; start < objects.length; start += itemsPerWrite) {
    const items = objects.slice(start, start + itemsPerWrite).map(jsonOf);
    text += `${start === 0 ? '' : ','}${items.join(',')}`;
    if (!response.write(text)) await drained(response);
    if (response.destroyed) return;
    text = '';
  }
  response.end(`${text}]}\n`);
}

async function pageOf(request: ResourceRequest, ports: ReadPorts): Promise<Page> {
  const { query } = request;
  const limit = limitOf(query);
  const selection = selectionOf(request);
  const freshness = freshnessOf(query, true);
  const token = query.get('continue') ?? '';
  if (token !== '') {
    const continuation = decodeContinuation(token);
    const { revision, after } = continuation;
    if ((query.get('resourceVersion') ?? '0') !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    if (revision === -1) return livePage(request, selection, limit, ports, after);
    return pastPage(request, selection, limit, ports, continuation);
  }
  if (freshness.type === 'exact')
    return pastPage(request, selection, limit, ports, { revision: freshness.revision, after: '' });
  await awaitFreshness(freshness, ports.cluster, ports.clock);
  return livePage(request, selection, limit, ports, '');
}

/** How many objects a page holds; nothing, zero and less mean all of them. */
function limitOf(query: URLSearchParams): number {
  const limit = wholeNumber(query, 'limit') ?? 0;
  return limit <= 0 ? Number.POSITIVE_INFINITY : limit;
}

/** The objects of a request that match now, in its version. */
export function selectedObjects(
  request: ResourceRequest,
  selection: Selection,
  { view }: ClusterAccess,
): readonly KubeObject[] {
  const { info, namespace } = request;
  const stored = storedObjects(view, info, namespace);
  const { matches } = selection;
  if (matches === undefined && servedAsStored(info)) return stored;
  const shown = servedAsStored(info) ? stored : stored.map((object) => shownAs(object, info, view));
  return matches === undefined ? shown : shown.filter(matches);
}

function livePage(
  request: ResourceRequest,
  selection: Selection,
  limit: number,
  { cluster }: ReadPorts,
  after: string,
): Page {
  const all = selectedObjects(request, selection, cluster);
  const { revision } = cluster.view;
  const rest = after === '' ? all : all.filter((object) => keyOf(object, request.info) > after);
  if (rest.length <= limit) return { objects: rest, revision };
  const objects = rest.slice(0, limit);
  const last = keyOf(objects.at(-1) as KubeObject, request.info);
  const counted = selection.matches === undefined ? { remaining: rest.length - limit } : {};
  return { objects, revision, last, ...counted };
}

/** `NAMESPACE/NAME`, or `NAME`: what the store orders a kind by. */
function keyOf({ metadata }: KubeObject, info: KindInfo): string {
  return info.namespaced ? `${metadata.namespace ?? ''}/${metadata.name ?? ''}` : (metadata.name ?? '');
}

async function pastPage(
  request: ResourceRequest,
  selection: Selection,
  limit: number,
  { store, cluster }: ReadPorts,
  { revision, after, left }: Continuation,
): Promise<Page> {
  const { info, namespace } = request;
  const prefix = storePrefix(hubOf(info));
  const scope = namespace === '' ? prefix : `${prefix}${namespace}/`;
  const objects: KubeObject[] = [];
  let from = after === '' ? undefined : `${prefix}${after}`;
  try {
    for (;;) {
      const options = { limit: recordsPerRead, revision, ...(from === undefined ? {} : { after: from }) };
      const { records, next } = await store.list(scope, options);
      for (const [index, record] of records.entries()) {
        const object = shownAs(decodeObject(record.value, record.modRevision), info, cluster.view);
        if (selection.matches !== undefined && !selection.matches(object)) continue;
        objects.push(object);
        const more = index < records.length - 1 || next !== undefined;
        if (objects.length === limit && more) {
          const remaining = left === undefined ? {} : { remaining: left - limit };
          return { objects, revision, last: keyOf(object, info), ...remaining };
        }
      }
      if (next === undefined) return { objects, revision };
      from = next;
    }
  } catch (error) {
    throw pastError(error, after, cluster);
  }
}

function pastError(error: unknown, after: string, cluster: ClusterAccess): unknown {
  if (error instanceof FutureRevisionError) {
    const message = `Timeout: Too large resource version: ${error.requested}, current: ${cluster.view.revision}`;
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    return new ApiError({ code: 504, reason: 'Timeout', message, causes, details: { retryAfterSeconds: 1 } });
  }
  if (!(error instanceof CompactedError)) return error;
  if (after === '')
    return new ApiError({
      code: 410,
      reason: 'Expired',
      message: 'The resourceVersion for the provided list is too old.',
    });
  return new ApiError({
    code: 410,
    reason: 'Expired',
    message:
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to go on with what is there now.',
    continue: encodeContinuation({ revision: -1, after }),
  });
}
