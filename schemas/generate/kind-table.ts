/** The table of kinds: plural names, scope, verbs and subresources, read from the API's paths. */
import type { KindInfo, SubresourceInfo } from '../kinds.ts';
import { kindNames } from './kind-names.ts';
import { type GroupVersionKind, type OpenApi, isStableVersion, ownKind } from './openapi.ts';

/** HTTP actions as the verbs of Kubernetes' discovery; `connect` depends on what is connected to. */
const verbOf: Readonly<Record<string, string>> = {
  delete: 'delete',
  deletecollection: 'deletecollection',
  get: 'get',
  list: 'list',
  patch: 'patch',
  post: 'create',
  put: 'update',
  watch: 'watch',
  watchlist: 'watch',
};
const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update'];
const streamVerbs = ['create', 'get'];

/** `/apis/GROUP/VERSION[/watch][/namespaces/{namespace}]/PLURAL[/{name}[/SUBRESOURCE[/{path}]]]` */
const pathPattern = new RegExp(
  '^/(?:api|apis/(?<group>[^/]+))/(?<version>[^/]+)(?:/watch)?(?<scope>/namespaces/\\{namespace\\})?' +
    '/(?<plural>[^/{}]+)(?:/\\{name\\}(?:/(?<subresource>[^/{}]+)(?:/\\{path\\})?)?)?$',
);

interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  namespaced: boolean;
  gvk: GroupVersionKind | undefined;
  readonly verbs: Set<string>;
  readonly subresources: Map<string, { readonly gvk: GroupVersionKind; readonly verbs: Set<string> }>;
}

/** Every stable kind that has a resource of its own, sorted by group, version and kind. */
export function kindTable(openapi: OpenApi): readonly KindInfo[] {
  const definitions = new Map(
    Object.entries(openapi.definitions).flatMap(([name, schema]) => {
      const gvk = ownKind(schema);
      return gvk === undefined ? [] : [[keyOf(gvk), name] as const];
    }),
  );
  return [...resources(openapi).values()]
    .map((resource) => kindInfo(resource, definitions))
    .sort((a, b) => compare(a.group, b.group) || compare(a.version, b.version) || compare(a.kind, b.kind));
}

function resources(openapi: OpenApi): ReadonlyMap<string, Resource> {
  const found = new Map<string, Resource>();
  for (const [path, { actions, gvk }] of Object.entries(openapi.paths)) {
    const { group = '', version, scope, plural, subresource } = pathPattern.exec(path)?.groups ?? {};
    if (version === undefined || plural === undefined) throw new Error(`cannot read the path ${path}`);
    if (!isStableVersion(version)) continue;
    const key = `${group}/${version}/${plural}`;
    const resource: Resource = found.get(key) ?? {
      group,
      version,
      plural,
      namespaced: false,
      gvk: undefined,
      verbs: new Set(),
      subresources: new Map(),
    };
    found.set(key, resource);
    resource.namespaced ||= scope !== undefined;
    const verbs = actions.flatMap((action) => verbsOf(action, subresource));
    if (subresource === undefined) {
      resource.gvk ??= gvk;
      for (const verb of verbs) resource.verbs.add(verb);
    } else {
      const entry = resource.subresources.get(subresource) ?? { gvk, verbs: new Set() };
      resource.subresources.set(subresource, entry);
      for (const verb of verbs) entry.verbs.add(verb);
    }
  }
  return found;
}

function verbsOf(action: string, subresource: string | undefined): readonly string[] {
  if (action === 'connect') return subresource === 'proxy' ? proxyVerbs : streamVerbs;
  const verb = verbOf[action];
  if (verb === undefined) throw new Error(`unknown action ${action}`);
  return [verb];
}

function kindInfo(resource: Resource, definitions: ReadonlyMap<string, string>): KindInfo {
  const { group, version, plural, gvk } = resource;
  if (gvk === undefined) throw new Error(`no kind for ${group}/${version} ${plural}`);
  const definition = definitions.get(keyOf(gvk));
  if (definition === undefined) throw new Error(`no definition for ${keyOf(gvk)}`);
  const names = kindNames[group === '' ? plural : `${plural}.${group}`];
  const listKind = `${gvk.kind}List`;
  return {
    group,
    version,
    kind: gvk.kind,
    plural,
    singular: gvk.kind.toLowerCase(),
    shortNames: names?.shortNames ?? [],
    categories: names?.categories ?? [],
    namespaced: resource.namespaced,
    definition,
    ...(resource.verbs.has('list') ? { listKind } : {}),
    verbs: [...resource.verbs].sort(),
    subresources: subresources(resource, definitions),
  };
}

function subresources(
  resource: Resource,
  definitions: ReadonlyMap<string, string>,
): readonly SubresourceInfo[] {
  return [...resource.subresources]
    .sort(([a], [b]) => compare(a, b))
    .map(([name, { gvk, verbs }]) => {
      const definition = definitions.get(keyOf(gvk));
      return { name, ...gvk, ...(definition === undefined ? {} : { definition }), verbs: [...verbs].sort() };
    });
}

function keyOf(gvk: GroupVersionKind): string {
  return `${gvk.group}/${gvk.version}/${gvk.kind}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
