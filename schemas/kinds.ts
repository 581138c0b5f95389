/** The table of kinds: what the API calls each one, where it lives, and what can be done with it. */
import berthKinds from './berth/kinds.json' with { type: 'json' };
import kubernetesKinds from './kubernetes/kinds.json' with { type: 'json' };

export interface SubresourceInfo {
  readonly name: string;
  /** Group, version and kind of the body: `Scale` for `deployments/scale`. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Definition of the body in the JSON Schemas; none for the options of a connection (exec, proxy). */
  readonly definition?: string;
  readonly verbs: readonly string[];
}

export interface KindInfo {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Name of its definition in the JSON Schemas and the merge types; `custom:…` for kinds of a CustomResourceDefinition. */
  readonly definition: string;
  /** None for kinds that are only ever posted (reviews, bindings). */
  readonly listKind?: string;
  /** Discovery verbs: create, delete, deletecollection, get, list, patch, update, watch. */
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceInfo[];
}

/** Every kind, Kubernetes' and Berth's own. */
export const kinds: readonly KindInfo[] = [
  ...(kubernetesKinds as readonly KindInfo[]),
  ...(berthKinds as readonly KindInfo[]),
];

/** `v1` or `apps/v1`. */
export function apiVersionOf(info: Pick<KindInfo, 'group' | 'version'>): string {
  return info.group === '' ? info.version : `${info.group}/${info.version}`;
}

/** Group of an apiVersion: empty for `v1`, `apps` for `apps/v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The kinds that a cluster serves: the built-in ones and those that its CustomResourceDefinitions add. */
export interface KindTable {
  /** Every kind in every version, built-in ones first. */
  readonly all: readonly KindInfo[];
  /** By `apps/v1` and `Deployment`. */
  byGvk(apiVersion: string, kind: string): KindInfo | undefined;
  /** By group (empty for core) and plural name, in the version asked for, or in the newest one. */
  byPlural(group: string, plural: string, version?: string): KindInfo | undefined;
  /** By whatever people type, in any case: plural, singular, kind or short name, each also with `.group` behind it. */
  byAnyName(name: string): KindInfo | undefined;
}

/** A table of these kinds. Among versions of one resource the last one counts as the newest. */
export function kindTable(all: readonly KindInfo[]): KindTable {
  const byGvk = new Map(all.map((info) => [`${apiVersionOf(info)} ${info.kind}`, info]));
  const newest = new Map<string, KindInfo>();
  const byVersion = new Map<string, KindInfo>();
  for (const info of all) {
    // Newer versions win among the versions of one resource: autoscaling/v2 over autoscaling/v1.
    newest.set(`${info.plural}.${info.group}`, info);
    byVersion.set(`${info.plural}.${info.version}.${info.group}`, info);
  }
  const byAnyName = new Map<string, KindInfo>();
  for (const info of newest.values()) {
    for (const name of [info.plural, info.singular, ...info.shortNames]) {
      byAnyName.set(`${name}.${info.group}`, info);
      // Among groups the first one wins, as in kubectl: events of the core group over events.k8s.io.
      if (!byAnyName.has(name)) byAnyName.set(name, info);
    }
  }
  return {
    all,
    byGvk: (apiVersion, kind) => byGvk.get(`${apiVersion} ${kind}`),
    byPlural: (group, plural, version) =>
      version === undefined
        ? newest.get(`${plural}.${group}`)
        : byVersion.get(`${plural}.${version}.${group}`),
    byAnyName: (name) => byAnyName.get(name.toLowerCase()),
  };
}

/** The kinds that every cluster has. */
export const builtInKinds: KindTable = kindTable(kinds);

/** A built-in kind by `apps/v1` and `Deployment`. */
export function kindByGvk(apiVersion: string, kind: string): KindInfo | undefined {
  return builtInKinds.byGvk(apiVersion, kind);
}

/** A built-in kind by group (empty for core) and plural name, in the newest version. */
export function kindByPlural(group: string, plural: string): KindInfo | undefined {
  return builtInKinds.byPlural(group, plural);
}

/** A built-in kind by whatever people type. */
export function kindByAnyName(name: string): KindInfo | undefined {
  return builtInKinds.byAnyName(name);
}

/**
 * Definition of what may be sent to the API under this apiVersion and kind: the kinds themselves, and the bodies of
 * subresources, which have no collection of their own (`Eviction`, `Scale`, `TokenRequest`).
 */
export function bodyDefinition(apiVersion: string, kind: string): string | undefined {
  return kindByGvk(apiVersion, kind)?.definition ?? subresourceBodies.get(`${apiVersion} ${kind}`);
}

const subresourceBodies = new Map(
  kinds
    .flatMap((info) => info.subresources)
    .flatMap((body) =>
      body.definition === undefined ? [] : [[`${apiVersionOf(body)} ${body.kind}`, body.definition]],
    ),
);
