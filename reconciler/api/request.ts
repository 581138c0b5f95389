/** A Kubernetes API request, parsed from method and URL: what is asked for, before anybody looks at a body. */
import { type KindInfo, kindByPlural, kinds } from '../../schemas/kinds.ts';
import type { ObjectRef } from '../core/model/object.ts';

/** A request for objects of one kind. */
export interface ResourceRequest {
  readonly kind: KindInfo;
  /** Empty for cluster-scoped kinds and for lists over all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
}

/**
 * Parses `/api/v1/…` and `/apis/GROUP/VERSION/…` with the rest
 * `[namespaces/NAMESPACE/]PLURAL[/NAME[/SUBRESOURCE]]`. Undefined where the path names no kind that Berth serves.
 */
export function parseResourcePath(pathname: string, query: URLSearchParams): ResourceRequest | undefined {
  const parts = pathname.split('/').slice(1).map(decodeSegment);
  if (parts.includes(undefined) || parts.at(-1) === '') return undefined;
  const segments = parts as string[];
  const root = segments.shift();
  const group = root === 'apis' ? segments.shift() : root === 'api' ? '' : undefined;
  const version = segments.shift();
  if (group === undefined || version === undefined) return undefined;
  let namespace = '';
  if (segments[0] === 'namespaces' && segments.length > 2 && isKind(group, version, segments[2] ?? '')) {
    namespace = segments[1] ?? '';
    segments.splice(0, 2);
  }
  const [plural = '', name = '', subresource = '', ...rest] = segments;
  const kind = findKind(group, version, plural);
  if (kind === undefined || rest.length > 0 || (name !== '' && kind.namespaced !== (namespace !== '')))
    return undefined;
  return { kind, namespace, name, subresource, query };
}

export function refOfRequest(request: ResourceRequest): ObjectRef {
  const { kind, namespace, name } = request;
  return {
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    namespace,
    name,
  };
}

function findKind(group: string, version: string, plural: string): KindInfo | undefined {
  const newest = kindByPlural(group, plural);
  if (newest?.version === version) return newest;
  return kinds.find((info) => info.group === group && info.version === version && info.plural === plural);
}

function isKind(group: string, version: string, plural: string): boolean {
  return findKind(group, version, plural) !== undefined;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
