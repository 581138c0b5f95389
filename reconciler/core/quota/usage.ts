/** What one object uses of a ResourceQuota, by Kubernetes' names of quota resources. */
import type { PersistentVolumeClaim, Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ResourceClaim } from '../../../schemas/kubernetes/types/resource-v1.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import { podAmountsWithOverhead } from '../admission/pod-amounts.ts';
import { storageClassOf } from '../admission/storage-class-name.ts';
import type { KubeObject } from '../model/object.ts';
import { isChargedPod } from './charged-pod.ts';
import { claimedDevices } from './device-claims.ts';
import { canonicalQuantity, compareQuantities } from './quantities.ts';

/** Quantities by quota resource. */
export type Usage = ReadonlyMap<string, string>;

/** Kinds of the core group that are also counted under their plain plural name. */
const plainlyCounted: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

/** Requests of these stand in quotas under their own name too: `cpu` is `requests.cpu`. */
const plainRequests: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

const classSuffix = '.storageclass.storage.k8s.io/';

/** `nowMs`: milliseconds since the Unix epoch. */
export function usageOf(object: KubeObject, info: KindInfo, nowMs: number): Usage {
  const usage = new Map<string, string>();
  // Events come by themselves and go by themselves.
  if (info.kind === 'Event' && (info.group === '' || info.group === 'events.k8s.io')) return usage;
  usage.set(`count/${info.plural}${info.group === '' ? '' : `.${info.group}`}`, '1');
  if (info.group === 'resource.k8s.io' && info.kind === 'ResourceClaim')
    for (const [name, count] of claimedDevices(object as ResourceClaim)) usage.set(name, String(count));
  if (info.group !== '') return usage;
  if (plainlyCounted.has(info.plural)) usage.set(info.plural, '1');
  if (info.kind === 'Pod') addPod(usage, object as Pod, nowMs);
  else if (info.kind === 'Service') addService(usage, object as Service);
  else if (info.kind === 'PersistentVolumeClaim') addClaim(usage, object as PersistentVolumeClaim);
  return usage;
}

/** A pod that has ended, or should have, uses nothing but its place in the store. */
function addPod(usage: Map<string, string>, pod: Pod, nowMs: number): void {
  if (!isChargedPod(pod, nowMs)) return;
  usage.set('pods', '1');
  const { requests, limits } = podAmountsWithOverhead(pod);
  for (const [name, quantity] of Object.entries(requests)) {
    usage.set(`requests.${name}`, quantity);
    if (plainRequests.has(name) || name.startsWith('hugepages-')) usage.set(name, quantity);
  }
  for (const [name, quantity] of Object.entries(limits))
    if (plainRequests.has(name)) usage.set(`limits.${name}`, quantity);
}

function addService(usage: Map<string, string>, { spec }: Service): void {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort') usage.set('services.nodeports', String(ports.length));
  if (spec?.type !== 'LoadBalancer') return;
  usage.set('services.loadbalancers', '1');
  const wanted =
    spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort = 0 }) => nodePort !== 0) : ports;
  usage.set('services.nodeports', String(wanted.length));
}

function addClaim(usage: Map<string, string>, claim: PersistentVolumeClaim): void {
  const storageClass = storageClassOf(claim);
  if (storageClass !== '') usage.set(`${storageClass}${classSuffix}persistentvolumeclaims`, '1');
  const storage = storageOf(claim);
  if (storage === undefined) return;
  usage.set('requests.storage', storage);
  if (storageClass !== '') usage.set(`${storageClass}${classSuffix}requests.storage`, storage);
}

/** What a claim asks for, or what it was given where a growth that failed has been taken back. */
function storageOf({ spec, status }: PersistentVolumeClaim): string | undefined {
  const asked = spec?.resources?.requests?.['storage'];
  if (asked === undefined) return undefined;
  const allocated = status?.allocatedResources?.['storage'] ?? '0';
  return canonicalQuantity('storage', compareQuantities('storage', allocated, asked) > 0 ? allocated : asked);
}
