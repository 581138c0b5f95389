/** A request as Kubernetes' API reads it from method and URL alone, before anybody looks at a body. */
import type { KindInfo, KindTable } from '../../schemas/kinds.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';
import type { ObjectRef } from '../core/model/object.ts';
import { badRequest } from './api-error.ts';

/** A request for objects of one kind that the cluster serves. */
export interface ResourceRequest {
  readonly info: KindInfo;
  /** Empty for cluster-scoped kinds and for lists over all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  readonly subresource: string;
  /** What stands behind `…/proxy/`. */
  readonly rest: string;
  readonly query: URLSearchParams;
}

/** What a request asks for, as authorization sees it; also where nothing of the kind is served. */
export interface RequestAttributes {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; the method in lower case otherwise. */
  readonly verb: string;
  /** The path as it came, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Set for paths below `/api/VERSION` and `/apis/GROUP/VERSION`. */
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
    readonly namespace: string;
    readonly name: string;
    readonly subresource: string;
    readonly rest: string;
  };
}

const methodVerbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources of a namespace itself; any other word behind its name is a kind in it. */
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

/**
 * Reads `/api/v1/…` and `/apis/GROUP/VERSION/…` with the rest `[namespaces/NAMESPACE/]PLURAL[/NAME[/SUBRESOURCE]]`.
 * Undefined where the path is no path at all: bad escapes, `.` or `..`, a NUL.
 */
export function parseRequest(method: string, url: string): RequestAttributes | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const segments = segmentsOf(path);
  if (segments === undefined) return undefined;
  const watched = method === 'GET' ? watchedSegments(segments) : undefined;
  const resource = resourceOf(watched ?? segments);
  // Subresources are not watched.
  const isStray = watched !== undefined && resource?.subresource !== '';
  if (resource === undefined || isStray) return { verb: method.toLowerCase(), path, query };
  const verb = watched === undefined ? verbOf(method, resource.name, query) : 'watch';
  return { verb, path, query, resource };
}

/** `VERSION/watch/…`, the deprecated way to ask for a watch, as the path without that word. */
function watchedSegments(segments: readonly string[]): readonly string[] | undefined {
  const place = segments[0] === 'apis' ? 3 : 2;
  if (segments[place] !== 'watch' || segments.length <= place + 1) return undefined;
  return [...segments.slice(0, place), ...segments.slice(place + 1)];
}

/** A flag of a query: present and neither `false` nor `0`. */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== 'false' && value !== '0';
}

/** A 64-bit integer of a query, where it is there. 400 in the words of Go's strconv for what is none. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const problem = (why: string): Error =>
    badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw problem('invalid syntax');
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(64, value) !== value) throw problem('value out of range');
  return Number(value);
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  const verb = methodVerbs[method] ?? method.toLowerCase();
  if (verb === 'get' && isSet(query, 'watch')) return 'watch';
  if (name !== '') return verb;
  if (verb === 'get') return 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

function segmentsOf(path: string): readonly string[] | undefined {
  let decoded: string;
  try {
    decoded = path.includes('%') ? decodeURIComponent(path) : path;
  } catch {
    return undefined;
  }
  // Decoded first, as Go does: `%2F` parts segments too, and no name can hold one.
  const segments = decoded.split('/').slice(1);
  const strays = segments.some((segment) => segment === '.' || segment === '..' || segment.includes('\0'));
  return strays ? undefined : segments;
}

function resourceOf(all: readonly string[]): RequestAttributes['resource'] {
  const [root, ...segments] = all;
  const group = root === 'apis' ? segments.shift() : root === 'api' ? '' : undefined;
  const version = segments.shift();
  if (group === undefined || version === undefined || version === '') return undefined;
  let namespace = '';
  const [first, second = '', third = ''] = segments;
  if (first === 'namespaces' && second !== '') {
    // `namespaces/web` is the namespace, `namespaces/web/status` its subresource, `namespaces/web/pods` a kind in it.
    namespace = second;
    if (segments.length > 2 && !namespaceSubresources.has(third)) segments.splice(0, 2);
  }
  const [plural = '', name = '', subresource = '', ...rest] = segments;
  // A slash at the end names nothing, except behind `proxy`, where it belongs to the other side's path.
  if (plural === '' || (segments.length > 1 && segments.at(-1) === '' && subresource !== 'proxy'))
    return undefined;
  return { group, version, plural, namespace, name, subresource, rest: rest.join('/') };
}

/** The kind and place that the request is about; undefined where the cluster serves nothing there. */
export function servedResource(
  { resource, query }: RequestAttributes,
  table: KindTable,
): ResourceRequest | undefined {
  if (resource === undefined) return undefined;
  const { group, version, plural, name, subresource, rest } = resource;
  const info = table.byPlural(group, plural, version);
  if (info === undefined || (rest !== '' && subresource !== 'proxy')) return undefined;
  const namespace = info.namespaced ? resource.namespace : '';
  const strayNamespace = !info.namespaced && resource.namespace !== '' && plural !== 'namespaces';
  if (strayNamespace || (name !== '' && info.namespaced && namespace === '')) return undefined;
  if (subresource !== '' && !info.subresources.some((one) => one.name === subresource)) return undefined;
  return { info, namespace, name, subresource, rest, query };
}

export function refOfRequest({ info, namespace, name }: ResourceRequest): ObjectRef {
  return { apiVersion: apiVersionOf(info), kind: info.kind, namespace, name };
}
