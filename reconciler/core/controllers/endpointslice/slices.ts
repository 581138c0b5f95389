/**
 * Packs endpoints into slices of bounded size under stable names. An endpoint stays in the slice where it is,
 * so that one pod's change rewrites one slice, however many there are.
 */
import type { Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { stableHash } from '../../model/stable-hash.ts';
import { controllerReference } from '../owner.ts';
import type { EndpointGroup } from './endpoints.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';

/** Kubernetes' default of --max-endpoints-per-slice. */
const endpointsMax = 100;
const hashLength = 10;

/** The slices of `service` as they shall be, given the ones there are. */
export function slicesOf(
  service: Service,
  groups: readonly EndpointGroup[],
  current: readonly EndpointSlice[],
): readonly EndpointSlice[] {
  const byName = new Map(current.map((slice) => [slice.metadata.name ?? '', slice]));
  return groups.flatMap((group, groupIndex) => {
    // The first group of an address type has a name of its own that no change of its ports alters.
    const first = groups.findIndex((other) => other.addressType === group.addressType) === groupIndex;
    const identity = first ? group.addressType : `${group.addressType} ${canonicalJson(group.ports)}`;
    const nameAt = (index: number): string => sliceName(service, `${identity} ${index}`);
    return packed(group.endpoints, nameAt, byName).map(([name, endpoints]) =>
      slice(service, group, name, endpoints, byName.get(name)),
    );
  });
}

function sliceName(service: Service, identity: string): string {
  const hash = stableHash(`${service.metadata.uid ?? ''} ${identity}`).slice(0, hashLength);
  return `${(service.metadata.name ?? '').slice(0, 62 - hashLength)}-${hash}`;
}

/** Endpoints by slice name: where they are, then where there is room; slices that end up empty are left out. */
function packed(
  endpoints: readonly Endpoint[],
  nameAt: (index: number) => string,
  current: ReadonlyMap<string, EndpointSlice>,
): readonly (readonly [string, readonly Endpoint[]])[] {
  const homes = new Map<string, string>();
  const slots: { readonly name: string; readonly endpoints: Endpoint[] }[] = [];
  const slotsNeeded = Math.max(1, Math.ceil(endpoints.length / endpointsMax));
  for (let index = 0; index < slotsNeeded || current.has(nameAt(index)); index++) {
    const name = nameAt(index);
    slots.push({ name, endpoints: [] });
    for (const known of current.get(name)?.endpoints ?? []) homes.set(identityOf(known), name);
  }
  const homeless: Endpoint[] = [];
  for (const one of endpoints) {
    const home = homes.get(identityOf(one));
    const slot = slots.find(({ name }) => name === home);
    if (slot === undefined || slot.endpoints.length >= endpointsMax) homeless.push(one);
    else slot.endpoints.push(one);
  }
  for (const one of homeless) {
    const slot = slots.find((candidate) => candidate.endpoints.length < endpointsMax);
    if (slot === undefined) throw new Error('endpoints outnumber the slots that were made for them');
    slot.endpoints.push(one);
  }
  const used = slots.filter((slot, index) => index === 0 || slot.endpoints.length > 0);
  return used.map((slot) => [slot.name, slot.endpoints] as const);
}

function identityOf(endpoint: Endpoint): string {
  return endpoint.targetRef?.uid ?? endpoint.addresses[0] ?? '';
}

function slice(
  service: Service,
  group: EndpointGroup,
  name: string,
  endpoints: readonly Endpoint[],
  known: EndpointSlice | undefined,
): EndpointSlice {
  const headless = service.spec?.clusterIP === 'None';
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...known?.metadata,
      name,
      namespace: service.metadata.namespace ?? '',
      labels: {
        ...service.metadata.labels,
        [serviceNameLabel]: service.metadata.name ?? '',
        [managedByLabel]: managedBy,
        ...(headless ? { 'service.kubernetes.io/headless': '' } : {}),
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType: group.addressType,
    endpoints,
    ports: group.ports,
  };
}
