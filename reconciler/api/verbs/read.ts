/** get, list and watch, from the view and the watch cache. */
import type { ServerResponse } from 'node:http';
import type { ClusterAccess } from '../../core/model/access.ts';
import type { KubeObject } from '../../core/model/object.ts';
import { notFound } from '../../core/registry/status-error.ts';
import { ApiError, badRequest, sendJson } from '../answer.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { fieldSelector, labelSelector, type Predicate } from '../selectors.ts';
import type { RevisedChange, WatchCache } from '../watch-cache.ts';

/** A watcher that lets this much pile up is cut off; it comes back and lists again. */
const watchBufferBytesMax = 8 * 1024 * 1024;

export function getObject(request: ResourceRequest, cluster: ClusterAccess, response: ServerResponse): void {
  const ref = refOfRequest(request);
  const object = cluster.view.get<KubeObject>(ref.apiVersion, ref.kind, ref.namespace, ref.name);
  if (object === undefined) throw new ApiError(notFound(ref));
  sendJson(response, 200, object);
}

export function listObjects(
  request: ResourceRequest,
  cluster: ClusterAccess,
  response: ServerResponse,
): void {
  const ref = refOfRequest(request);
  const all = cluster.view.list<KubeObject>(
    ref.apiVersion,
    ref.kind,
    ref.namespace === '' ? undefined : ref.namespace,
  );
  const matches = predicateOf(request);
  sendJson(response, 200, {
    kind: request.kind.listKind ?? `${ref.kind}List`,
    apiVersion: ref.apiVersion,
    metadata: { resourceVersion: String(cluster.view.revision) },
    items: all.filter(matches),
  });
}

/** One JSON object per line until the client leaves. A change of selection shows as ADDED or DELETED. */
export function watchObjects(
  request: ResourceRequest,
  cluster: ClusterAccess,
  cache: WatchCache,
  response: ServerResponse,
): void {
  const ref = refOfRequest(request);
  const matches = predicateOf(request);
  const asked = request.query.get('resourceVersion') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked))
    throw badRequest(`resourceVersion: Invalid value: "${asked}": must be a number`);
  const fromNow = asked === '' || asked === '0';
  const missed = fromNow ? [] : cache.since(Number(asked));
  if (missed === undefined)
    throw new ApiError({ code: 410, reason: 'Expired', message: `too old resource version: ${asked}` });
  const send = (type: string, object: KubeObject): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const deliver = (changes: readonly RevisedChange[]): void => {
    for (const { change, revision } of changes) {
      if (change.ref.kind !== ref.kind || change.ref.apiVersion !== ref.apiVersion) continue;
      if (ref.namespace !== '' && change.ref.namespace !== ref.namespace) continue;
      const before = change.before !== undefined && matches(change.before) ? change.before : undefined;
      const after = change.after !== undefined && matches(change.after) ? change.after : undefined;
      if (after !== undefined) send(before === undefined ? 'ADDED' : 'MODIFIED', after);
      else if (before !== undefined) send('DELETED', atRevision(before, revision));
    }
    if (response.writableLength > watchBufferBytesMax) response.destroy();
  };
  response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  if (fromNow) {
    const namespace = ref.namespace === '' ? undefined : ref.namespace;
    for (const object of cluster.view.list<KubeObject>(ref.apiVersion, ref.kind, namespace))
      if (matches(object)) send('ADDED', object);
  }
  deliver(missed);
  const unlisten = cache.listen(deliver);
  response.on('close', unlisten);
}

function predicateOf(request: ResourceRequest): Predicate {
  const byLabels = labelSelector(request.query.get('labelSelector') ?? '');
  const byFields = fieldSelector(request.query.get('fieldSelector') ?? '');
  const { name } = request;
  return (object) => (name === '' || object.metadata.name === name) && byLabels(object) && byFields(object);
}

function atRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
