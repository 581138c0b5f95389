/**
 * What each host is to be told, one keyed entry at a time, so that a change costs what it touches: pods bound to
 * the host, the config maps, secrets and volumes that they mention, every service's rules, and the host's own network.
 */
import type {
  ConfigMap,
  PersistentVolume,
  Pod,
  PodCondition,
  Secret,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import type { DesiredEntry, PeersEntry, ServiceEntry } from '../../../schemas/wire/messages.ts';
import { awaitsAdmission, rejectionOf, wasRejected } from '../controllers/node/pod-admission.ts';
import { serviceNameLabel } from '../controllers/endpointslice/slices.ts';
import { sameJson } from '../model/json.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import type { ClusterView, ViewChange } from '../model/view.ts';
import type { AffectedEntry, DesiredSettings } from './desired-settings.ts';
import { networkEntriesAffected, networkEntry, peersEntries } from './network-entries.ts';
import { podReferences } from './pod-references.ts';
import { claimEntry, hostsOfRemoval, removedVolumeEntry, removedVolumes } from './volume-entries.ts';
import { type SlicesByService, serviceEntry, slicesByService } from './service-entry.ts';

/** Which entries of which hosts to compute anew after a change. */
export function affectedEntries(change: ViewChange, view: ClusterView): readonly AffectedEntry[] {
  switch (`${change.ref.apiVersion}/${change.ref.kind}`) {
    case 'v1/Pod': {
      const [before, after] = [change.before as Pod | undefined, change.after as Pod | undefined];
      return [...podChangeEntries(before, after), ...admittedNow(before, after, view)];
    }
    case 'v1/Service':
      return [{ node: '*', key: `service/${change.ref.namespace}/${change.ref.name}` }];
    case 'discovery.k8s.io/v1/EndpointSlice':
      return sliceEntries(change);
    case 'v1/ConfigMap':
      return mentioned(`configmap/${change.ref.namespace}/${change.ref.name}`, view);
    case 'v1/Secret':
      return mentioned(`secret/${change.ref.namespace}/${change.ref.name}`, view);
    case 'v1/PersistentVolumeClaim':
      return mentioned(`claim/${change.ref.namespace}/${change.ref.name}`, view);
    case 'v1/PersistentVolume':
      return volumeChangeEntries(change, view);
    case 'v1/Node':
      return networkEntriesAffected(change);
    default:
      return [];
  }
}

/**
 * All entries of a host, sorted by key. What all hosts are told alike comes from `shared` where it is given, so that it
 * is made once for all of them.
 */
export function desiredEntries(
  view: ClusterView,
  node: string,
  settings: DesiredSettings,
  shared?: SharedEntries,
): readonly DesiredEntry[] {
  const peers = shared?.peers() ?? peersEntries(view);
  const keys = new Set<string>(['network', ...peers.keys()]);
  for (const pod of view.podsOnNode(node)) for (const { key } of podEntries(pod)) keys.add(key);
  for (const service of view.list('v1', 'Service'))
    keys.add(`service/${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`);
  for (const name of removedVolumes(view, node)) keys.add(`removed-volume/${name}`);
  const slices = shared === undefined ? slicesByService(view) : undefined;
  const entryOf = (key: string): DesiredEntry | undefined => {
    if (key.startsWith('peers/')) return peers.get(key);
    if (shared !== undefined && key.startsWith('service/')) return shared.service(key);
    return desiredEntry(view, node, key, settings, slices);
  };
  return [...keys].sort().flatMap((key) => entryOf(key) ?? []);
}

/** What every host is told alike. */
export interface SharedEntries {
  /** The entry of a key `service/NAMESPACE/NAME`. */
  service(key: string): ServiceEntry | undefined;
  /** Who takes part in the network, by key. */
  peers(): ReadonlyMap<string, PeersEntry>;
}

/** One entry as it shall be on a host; undefined where the host shall not have it. */
export function desiredEntry(
  view: ClusterView,
  node: string,
  key: string,
  settings: DesiredSettings,
  slices?: SlicesByService,
): DesiredEntry | undefined {
  const [type = '', namespace = '', name = ''] = key.split('/');
  switch (type) {
    case 'pod': {
      const pod = view.byUid(namespace) as Pod | undefined;
      return pod?.spec?.nodeName === node && !wasRejected(pod) && rejectionOf(pod, view) === undefined
        ? { key: `pod/${namespace}`, type: 'pod', pod: withoutNoise(pod) }
        : undefined;
    }
    case 'service':
      return serviceEntry(view, namespace, name, slices);
    case 'configmap': {
      const map = view.get<ConfigMap>('v1', 'ConfigMap', namespace, name);
      if (map === undefined || !isMentioned(key, node, view)) return undefined;
      return {
        key: `configmap/${namespace}/${name}`,
        type: 'configmap',
        data: map.data ?? {},
        binaryData: map.binaryData ?? {},
      };
    }
    case 'secret': {
      const secret = view.get<Secret>('v1', 'Secret', namespace, name);
      if (secret === undefined || !isMentioned(key, node, view)) return undefined;
      return {
        key: `secret/${namespace}/${name}`,
        type: 'secret',
        secretType: secret.type ?? 'Opaque',
        data: secret.data ?? {},
      };
    }
    case 'claim':
      return isMentioned(key, node, view) ? claimEntry(view, node, namespace, name) : undefined;
    case 'removed-volume':
      return removedVolumeEntry(view, node, namespace);
    case 'peers':
      return peersEntries(view).get(key);
    case 'network':
      return networkEntry(view, node, settings);
    default:
      throw new Error(`no entry has the key ${key}`);
  }
}

/**
 * Status and bookkeeping of a pod do not concern its host: without them its own report changes nothing for it. What
 * others say of the readiness gates does, as the host decides whether the pod is ready.
 */
function withoutNoise(pod: Pod): Pod {
  const { status: _, ...rest } = pod;
  const { managedFields: __, resourceVersion: ___, ...metadata } = pod.metadata;
  const conditions = gateConditions(pod);
  return { ...rest, metadata, ...(conditions.length === 0 ? {} : { status: { conditions } }) };
}

function gateConditions({ spec, status }: Pod): readonly PodCondition[] {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return [];
  return (status?.conditions ?? [])
    .filter(({ type }) => gates.some(({ conditionType }) => conditionType === type))
    .map((condition) => ({ type: condition.type, status: condition.status }));
}

/** What a host reports of a pod comes back as a change of the pod: it must cost nothing here. */
function podChangeEntries(before: Pod | undefined, after: Pod | undefined): readonly AffectedEntry[] {
  if (before !== undefined && after !== undefined && isSameToHost(before, after)) return [];
  const entries = [...podEntries(before), ...podEntries(after)];
  return [...new Map(entries.map((entry) => [`${entry.node} ${entry.key}`, entry])).values()];
}

/** Whether the two are the same pod `withoutNoise`, which most changes leave as it is. */
function isSameToHost(before: Pod, after: Pod): boolean {
  return (
    sameJson(before.spec, after.spec) &&
    sameButNoise(before.metadata, after.metadata) &&
    sameButNoise(after.metadata, before.metadata) &&
    sameJson(gateConditions(before), gateConditions(after))
  );
}

/** Whether every field of `left` but for noise is in `right` as well. */
function sameButNoise(left: ObjectMeta, right: ObjectMeta): boolean {
  for (const name of Object.keys(left) as (keyof ObjectMeta)[]) {
    if (name === 'managedFields' || name === 'resourceVersion') continue;
    if (!sameJson(left[name], right[name])) return false;
  }
  return true;
}

/** Pods that a node may take on now, because one that stood before them is gone. */
function admittedNow(before: Pod | undefined, after: Pod | undefined, view: ClusterView): AffectedEntry[] {
  const node = before?.spec?.nodeName ?? '';
  const goes =
    before !== undefined && !isPodTerminal(before) && (after === undefined || isPodTerminal(after));
  if (!goes || node === '') return [];
  return view
    .podsOnNode(node)
    .filter((pod) => pod.metadata.uid !== before?.metadata.uid && awaitsAdmission(pod))
    .map((pod) => ({ node, key: `pod/${pod.metadata.uid ?? ''}` }));
}

function podEntries(pod: Pod | undefined): AffectedEntry[] {
  const node = pod?.spec?.nodeName ?? '';
  if (pod === undefined || node === '') return [];
  return [...podReferences(pod), `pod/${pod.metadata.uid ?? ''}`].map((key) => ({ node, key }));
}

/** The claim that the volume is bound to, and the folder that its host has to remove. */
function volumeChangeEntries({ ref, before, after }: ViewChange, view: ClusterView): AffectedEntry[] {
  const volumes = [before as PersistentVolume | undefined, after as PersistentVolume | undefined] as const;
  const claims = new Set<string>();
  for (const volume of volumes) {
    const { namespace = '', name = '' } = volume?.spec?.claimRef ?? {};
    if (name !== '') claims.add(`claim/${namespace}/${name}`);
  }
  const removals = hostsOfRemoval(...volumes, view).map((node) => ({
    node,
    key: `removed-volume/${ref.name}`,
  }));
  return [...[...claims].flatMap((key) => mentioned(key, view)), ...removals];
}

function sliceEntries(change: ViewChange): AffectedEntry[] {
  const names = new Set<string>();
  for (const slice of [change.before, change.after] as (EndpointSlice | undefined)[]) {
    const name = slice?.metadata.labels?.[serviceNameLabel];
    if (name !== undefined) names.add(name);
  }
  return [...names].map((name) => ({ node: '*', key: `service/${change.ref.namespace}/${name}` }));
}

/** The hosts whose pods mention a config map or secret. */
function mentioned(key: string, view: ClusterView): AffectedEntry[] {
  const namespace = key.split('/')[1] ?? '';
  const nodes = new Set<string>();
  for (const pod of view.list<Pod>('v1', 'Pod', namespace)) {
    const node = pod.spec?.nodeName ?? '';
    if (node !== '' && !nodes.has(node) && podReferences(pod).includes(key)) nodes.add(node);
  }
  return [...nodes].sort().map((node) => ({ node, key }));
}

function isMentioned(key: string, node: string, view: ClusterView): boolean {
  return view.podsOnNode(node).some((pod) => podReferences(pod).includes(key));
}
