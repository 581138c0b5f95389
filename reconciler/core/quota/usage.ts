/** What one object uses of a ResourceQuota, by Kubernetes' names of quota resources. */
import type { PersistentVolumeClaim, Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import { groupOf, type KindInfo } from '../../../schemas/kinds.ts';
import { podAmounts } from '../admission/pod-amounts.ts';
import type { KubeObject } from '../model/object.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import { amountOf } from '../scheduler/pod-requests.ts';

/** Amounts by quota resource: cpu in millicores, everything else in whole units. */
export type Usage = ReadonlyMap<string, number>;

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

const storageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

export function usageOf(object: KubeObject, info: KindInfo): Usage {
  const usage = new Map<string, number>();
  usage.set(`count/${info.plural}${info.group === '' ? '' : `.${info.group}`}`, 1);
  if (info.group === '' && plainlyCounted.has(info.plural)) usage.set(info.plural, 1);
  if (groupOf(object.apiVersion) !== '') return usage;
  if (object.kind === 'Pod') addPod(usage, object as Pod);
  else if (object.kind === 'Service') addService(usage, object as Service);
  else if (object.kind === 'PersistentVolumeClaim') addClaim(usage, object as PersistentVolumeClaim);
  return usage;
}

/** A pod that has ended uses nothing but its place in the store. */
function addPod(usage: Map<string, number>, pod: Pod): void {
  if (isPodTerminal(pod)) return;
  usage.set('pods', 1);
  const { requests, limits } = podAmounts(pod);
  for (const [name, quantity] of Object.entries(requests)) {
    const amount = amountOf(name, quantity);
    usage.set(`requests.${name}`, amount);
    if (plainRequests.has(name) || name.startsWith('hugepages-')) usage.set(name, amount);
  }
  for (const [name, quantity] of Object.entries(limits))
    usage.set(`limits.${name}`, amountOf(name, quantity));
}

function addService(usage: Map<string, number>, { spec }: Service): void {
  const ports = spec?.ports?.length ?? 0;
  if (spec?.type === 'NodePort') usage.set('services.nodeports', ports);
  if (spec?.type !== 'LoadBalancer') return;
  usage.set('services.loadbalancers', 1);
  if (spec.allocateLoadBalancerNodePorts !== false) usage.set('services.nodeports', ports);
}

function addClaim(usage: Map<string, number>, { spec, metadata }: PersistentVolumeClaim): void {
  const storage = amountOf('storage', spec?.resources?.requests?.['storage'] ?? '0');
  usage.set('requests.storage', storage);
  const storageClass = metadata.annotations?.[storageClassAnnotation] ?? spec?.storageClassName ?? '';
  if (storageClass === '') return;
  usage.set(`${storageClass}.storageclass.storage.k8s.io/requests.storage`, storage);
  usage.set(`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`, 1);
}

/** Whether an amount of a quota resource is counted in millicores. */
export function quotaUnit(resource: string): 'cpu' | 'other' {
  return resource === 'cpu' || resource === 'requests.cpu' || resource === 'limits.cpu' ? 'cpu' : 'other';
}

/** An amount in a quota's hard limits, in the units of `Usage`. */
export function quotaAmount(resource: string, quantity: string): number {
  return amountOf(quotaUnit(resource), quantity);
}

const binarySuffixes: readonly (readonly [string, number])[] = [
  ['Ei', 2 ** 60],
  ['Pi', 2 ** 50],
  ['Ti', 2 ** 40],
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
];

/** An amount as a quantity, in the family of suffixes that `like` uses. */
export function quotaQuantity(resource: string, amount: number, like: string): string {
  if (quotaUnit(resource) === 'cpu')
    return amount % 1000 === 0 ? String(amount / 1000) : `${String(amount)}m`;
  if (!/i$/.test(like) || amount === 0) return String(amount);
  const [suffix, factor] = binarySuffixes.find(([, size]) => amount % size === 0) ?? ['', 1];
  return `${String(amount / factor)}${suffix}`;
}
