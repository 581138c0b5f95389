/** The EndpointSlices that a Service shall have, as the EndpointSlice controller writes them. */
import type { Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { stableHash } from '../../model/stable-hash.ts';
import { controllerReference } from '../owner.ts';
import { headlessLabel, isHeadless } from '../service-pods.ts';
import type { EndpointGroup } from './endpoints.ts';
import { packed } from './packing.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';

const hashLength = 10;

/** The slices of `service` as they shall be, given the ones there are. */
export function slicesOf(
  service: Service,
  groups: readonly EndpointGroup[],
  current: readonly EndpointSlice[],
): readonly EndpointSlice[] {
  const byName = new Map(current.map((slice) => [slice.metadata.name ?? '', slice]));
  const labels = labelsOf(service);
  return groups.flatMap((group, groupIndex) => {
    // The first group of an address type has a name of its own that no change of its ports alters.
    const first = groups.findIndex((other) => other.addressType === group.addressType) === groupIndex;
    const identity = first ? group.addressType : `${group.addressType} ${canonicalJson(group.ports)}`;
    const nameAt = (index: number): string =>
      sliceName(service.metadata.name ?? '', `${service.metadata.uid ?? ''} ${identity} ${index}`);
    return packed(group.endpoints, nameAt, byName).map(([name, endpoints]): EndpointSlice => {
      const metadata = {
        ...byName.get(name)?.metadata,
        name,
        namespace: service.metadata.namespace ?? '',
        labels,
        ownerReferences: [controllerReference(service)],
      };
      const { addressType, ports } = group;
      return {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata,
        addressType,
        endpoints,
        ports,
      };
    });
  });
}

/** A name of its own for each `identity`, that begins as its Service's or Endpoints'. */
export function sliceName(name: string, identity: string): string {
  return `${name.slice(0, 62 - hashLength)}-${stableHash(identity).slice(0, hashLength)}`;
}

/** Those of the Service, but for the ones that say what a slice is. */
function labelsOf(service: Service): Readonly<Record<string, string>> {
  const { [headlessLabel]: _, ...own } = service.metadata.labels ?? {};
  return {
    ...own,
    [serviceNameLabel]: service.metadata.name ?? '',
    [managedByLabel]: managedBy,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
  };
}
