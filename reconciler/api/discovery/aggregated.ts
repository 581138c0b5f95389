/** Aggregated discovery (apidiscovery.k8s.io): all groups in one document. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import type { ServedGroup } from './group-order.ts';

/** Versions of apidiscovery.k8s.io that clients ask for; their bodies are the same. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

interface ResponseKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface ResourceDiscovery {
  readonly resource: string;
  readonly responseKind: ResponseKind;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly singularResource: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly {
    readonly subresource: string;
    readonly responseKind: ResponseKind;
    readonly verbs: readonly string[];
  }[];
}

export interface GroupDiscoveryList {
  readonly kind: 'APIGroupDiscoveryList';
  readonly apiVersion: string;
  readonly metadata: Readonly<Record<string, never>>;
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources: readonly ResourceDiscovery[];
      readonly freshness: 'Current';
    }[];
  }[];
}

/** The content type that names the version, which clients look for in the answer. */
export function discoveryContentType(version: DiscoveryVersion): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/** The groups, of which `/api` serves the core group and `/apis` the others. */
export function groupDiscoveryList(
  groups: readonly ServedGroup[],
  version: DiscoveryVersion,
): GroupDiscoveryList {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((served) => ({
        version: served.version,
        resources: served.kinds.map(resourceDiscovery),
        freshness: 'Current',
      })),
    })),
  };
}

function resourceDiscovery(info: KindInfo): ResourceDiscovery {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories } = info;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(info.subresources.length === 0
      ? {}
      : {
          subresources: info.subresources.map((entry) => ({
            subresource: entry.name,
            responseKind: { group: entry.group, version: entry.version, kind: entry.kind },
            verbs: entry.verbs,
          })),
        }),
  };
}
