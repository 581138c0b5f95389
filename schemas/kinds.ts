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
  /** Name of its definition in the JSON Schemas and the merge types. */
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

const byGvk = new Map(kinds.map((info) => [`${apiVersionOf(info)} ${info.kind}`, info]));
const byPlural = new Map<string, KindInfo>();
const byAnyName = new Map<string, KindInfo>();
for (const info of kinds) {
  const qualified = `${info.plural}.${info.group}`;
  // Newer versions win among the versions of one resource: autoscaling/v2 over autoscaling/v1.
  byPlural.set(qualified, info);
}
for (const info of byPlural.values()) {
  const names = [info.plural, info.singular, ...info.shortNames];
  for (const name of names) {
    byAnyName.set(`${name}.${info.group}`, info);
    // Among groups the first one wins, as in kubectl: events of the core group over events.k8s.io.
    if (!byAnyName.has(name)) byAnyName.set(name, info);
  }
}

/** By `apps/v1` and `Deployment`. */
export function kindByGvk(apiVersion: string, kind: string): KindInfo | undefined {
  return byGvk.get(`${apiVersion} ${kind}`);
}

/** By group (empty for core) and plural name, in the newest version. */
export function kindByPlural(group: string, plural: string): KindInfo | undefined {
  return byPlural.get(`${plural}.${group}`);
}

/** By whatever people type, in any case: plural, singular, kind or short name, each also with `.group` behind it. */
export function kindByAnyName(name: string): KindInfo | undefined {
  return byAnyName.get(name.toLowerCase());
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
