/** The ranges that addresses of services come from: ServiceCIDRs that stay, the cluster's own first. */
import type { IPAddress, ServiceCIDR } from '../../../schemas/kubernetes/types/networking-v1.ts';
import type { ClusterView } from '../model/view.ts';
import { type Ipv4Range, parseCidr, parseIpv4 } from './cidr.ts';

const apiVersion = 'networking.k8s.io/v1';

/** The ServiceCIDR of the cluster's own range. */
export const defaultRangeName = 'kubernetes';

/** On IPAddress objects that stand for Services' addresses. */
export const addressManagedByLabel = 'ipaddress.kubernetes.io/managed-by';
export const addressManagedBy = 'ipallocator.k8s.io';

/** IPv4 ranges, `own` first; ranges that are being deleted give out nothing more. */
export function serviceRanges(view: ClusterView, own: string): readonly Ipv4Range[] {
  const extra = view
    .list<ServiceCIDR>(apiVersion, 'ServiceCIDR')
    .filter(({ metadata }) => metadata.name !== defaultRangeName && metadata.deletionTimestamp === undefined)
    .flatMap(({ spec }) => ipv4Of(spec?.cidrs ?? []));
  const ownRange = view.get<ServiceCIDR>(apiVersion, 'ServiceCIDR', '', defaultRangeName);
  return ownRange?.metadata.deletionTimestamp === undefined ? [parseCidr(own), ...extra] : extra;
}

/** IPv6 ranges are left out: services have IPv4 addresses. */
function ipv4Of(cidrs: readonly string[]): readonly Ipv4Range[] {
  return cidrs.filter((cidr) => !cidr.includes(':')).map(parseCidr);
}

/** Whether `ip` may be an address of a service: neither the first nor the last of the range. */
export function isIn(ip: string, { base, size }: Ipv4Range): boolean {
  const value = parseIpv4(ip);
  return value !== undefined && value > base && value < base + size - 1;
}

/** Addresses that people keep by IPAddress objects of their own; those of Services follow the allocation. */
export function addressesKept(view: ClusterView): ReadonlySet<string> {
  const kept = view
    .list<IPAddress>(apiVersion, 'IPAddress')
    .filter(({ metadata }) => metadata.labels?.[addressManagedByLabel] !== addressManagedBy);
  return new Set(kept.map(({ metadata }) => metadata.name ?? ''));
}
