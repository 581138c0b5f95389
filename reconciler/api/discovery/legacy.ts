/** Discovery as it was first: one document per group and version (meta/v1 APIGroupList, APIResourceList). */
import { createHash } from 'node:crypto';
import type {
  APIGroup,
  APIGroupList,
  APIResource,
  APIResourceList,
  APIVersions,
  GroupVersionForDiscovery,
} from '../../../schemas/kubernetes/types/meta-v1.ts';
import { apiVersionOf, type KindInfo, type SubresourceInfo } from '../../../schemas/kinds.ts';
import type { ServedGroup, ServedVersion } from './group-order.ts';

type WithoutType<T> = Omit<T, 'kind' | 'apiVersion'>;

/** The body of `/api`. `serverAddress` is the host and port that the client asked. */
export function apiVersions(serverAddress: string): APIVersions {
  return {
    kind: 'APIVersions',
    apiVersion: 'v1',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** The body of `/apis`. */
export function apiGroupList(groups: readonly ServedGroup[]): APIGroupList {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.filter(({ group }) => group !== '').map(groupBody),
  };
}

/** The body of `/apis/GROUP`. */
export function apiGroup(group: ServedGroup): APIGroup {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group) };
}

/** The body of `/api/v1` and `/apis/GROUP/VERSION`: resources and subresources, sorted by name. */
export function apiResourceList(group: string, { version, kinds }: ServedVersion): APIResourceList {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: kinds
      .flatMap((info) => [resource(info), ...info.subresources.map((entry) => subresource(info, entry))])
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function groupBody({ group, versions }: ServedGroup): WithoutType<APIGroup> {
  const all: readonly GroupVersionForDiscovery[] = versions.map(({ version }) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  const [preferredVersion] = all;
  return { name: group, versions: all, ...(preferredVersion === undefined ? {} : { preferredVersion }) };
}

function resource(info: KindInfo): APIResource {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = info;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(isStored(info) ? { storageVersionHash: storageVersionHash(info) } : {}),
  };
}

/** A subresource; its body's group and version are told where they differ from its resource's. */
function subresource(info: KindInfo, { name, group, version, kind, verbs }: SubresourceInfo): APIResource {
  const foreign = group !== info.group || version !== info.version;
  return {
    name: `${info.plural}/${name}`,
    singularName: '',
    namespaced: info.namespaced,
    ...(foreign ? { group, version } : {}),
    kind,
    verbs,
  };
}

function isStored({ verbs }: KindInfo): boolean {
  return verbs.includes('list') && verbs.includes('create');
}

/** Kinds that are stored under another name than they are asked for. */
const storedAs: Readonly<Record<string, string>> = {
  'autoscaling/v1/HorizontalPodAutoscaler': 'autoscaling/v2/HorizontalPodAutoscaler',
  'events.k8s.io/v1/Event': '/v1/Event',
};

/** Eight bytes of the SHA-256 of the stored group, version and kind, as kube-apiserver computes it. */
function storageVersionHash({ group, version, kind }: KindInfo): string {
  const name = `${group}/${version}/${kind}`;
  const digest = createHash('sha256')
    .update(storedAs[name] ?? name)
    .digest();
  return digest.subarray(0, 8).toString('base64');
}
