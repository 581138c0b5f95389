/** What `/api`, `/apis` and the paths below them that name a group or a version answer. */
import type { KindTable } from '../../../schemas/kinds.ts';
import { acceptedRanges } from '../accept.ts';
import { ApiError } from '../api-error.ts';
import { type DiscoveryVersion, discoveryContentType, groupDiscoveryList } from './aggregated.ts';
import { type ApiDocument, jsonDocument } from './document.ts';
import { servedGroups } from './group-order.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.ts';

export interface DiscoveryRequest {
  /** Without its query; a slash at the end is allowed. */
  readonly path: string;
  readonly accept: string | undefined;
  /** The Host header: what clients are told to reach the server by. */
  readonly host: string;
}

type Form = 'plain' | DiscoveryVersion;

/** Documents are made once per table of kinds: a new table is a new set of kinds. */
const made = new WeakMap<KindTable, Map<string, ApiDocument>>();

/**
 * The discovery document at a path; undefined where the path is none of discovery's, or names a group or version that
 * is not served. 406 where the client takes no JSON.
 */
export function discoveryDocument(request: DiscoveryRequest, table: KindTable): ApiDocument | undefined {
  const path = request.path.replace(/\/$/, '');
  const [, root = '', ...names] = path.split('/');
  const isRoot = names.length === 0;
  if (root !== 'api' && root !== 'apis') return undefined;
  if (names.length > (root === 'api' ? 1 : 2)) return undefined;
  const form = formOf(request.accept, isRoot);
  if (isRoot && root === 'api' && form === 'plain') return jsonDocument(apiVersions(request.host));
  const documents = made.get(table) ?? new Map<string, ApiDocument>();
  made.set(table, documents);
  const key = `${form} ${path}`;
  const known = documents.get(key) ?? madeDocument(root, names, form, table);
  if (known !== undefined) documents.set(key, known);
  return known;
}

function madeDocument(
  root: 'api' | 'apis',
  names: readonly string[],
  form: Form,
  table: KindTable,
): ApiDocument | undefined {
  const groups = servedGroups(table);
  const ofRoot = groups.filter(({ group }) => (group === '') === (root === 'api'));
  if (names.length === 0) {
    return form === 'plain'
      ? jsonDocument(apiGroupList(ofRoot))
      : jsonDocument(groupDiscoveryList(ofRoot, form), discoveryContentType(form));
  }
  const [name, version] = root === 'api' ? ['', names[0]] : names;
  const group = ofRoot.find((served) => served.group === name);
  if (group === undefined) return undefined;
  if (version === undefined) return jsonDocument(apiGroup(group));
  const served = group.versions.find((one) => one.version === version);
  return served === undefined ? undefined : jsonDocument(apiResourceList(group.group, served));
}

const plainTypes = new Set(['application/json', 'application/*', '*/*']);

/** The first form that the client asks for and that is there: aggregated documents only at the roots. */
function formOf(accept: string | undefined, isRoot: boolean): Form {
  for (const { type, parameters } of acceptedRanges(accept)) {
    if (!plainTypes.has(type)) continue;
    if (parameters.get('as') === undefined) return 'plain';
    const version = parameters.get('v');
    const aggregated =
      isRoot &&
      parameters.get('g') === 'apidiscovery.k8s.io' &&
      parameters.get('as') === 'APIGroupDiscoveryList';
    if (aggregated && (version === 'v2' || version === 'v2beta1')) return version;
  }
  const message = 'only the following media types are accepted: application/json';
  throw new ApiError({ code: 406, reason: 'NotAcceptable', message });
}
