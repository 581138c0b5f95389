/** Endpoints that people or programs write, as EndpointSlices: one group of slices per address type and ports. */
import type { EndpointAddress, Endpoints } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
} from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import { familyOf } from '../../../../schemas/validation/address-problems.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { packed } from '../endpointslice/packing.ts';
import { managedByLabel, serviceNameLabel, sliceName } from '../endpointslice/slices.ts';
import { controllerReference } from '../owner.ts';
import { triggerTimeAnnotation } from '../service-pods.ts';

export const mirroredBy = 'endpointslicemirroring-controller.k8s.io';

/** Kubernetes' default of --mirroring-max-endpoints-per-subset. */
export const addressesPerSubsetMax = 1000;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

interface Group {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

export interface Mirrored {
  readonly slices: readonly EndpointSlice[];
  /** Addresses that are none. */
  readonly invalid: number;
  /** Addresses beyond what one subset may have mirrored. */
  readonly skipped: number;
}

/** The slices that `endpoints` shall have, given the ones there are. */
export function mirroredSlices(endpoints: Endpoints, current: readonly EndpointSlice[]): Mirrored {
  const groups = new Map<string, Group>();
  let [invalid, skipped] = [0, 0];
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of endpoints.subsets ?? []) {
    const all = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ];
    let mirrored = 0;
    for (const { address, ready } of all) {
      const family = familyOf(address.ip);
      if (family !== 'IPv4' && family !== 'IPv6') invalid++;
      else if (mirrored >= addressesPerSubsetMax) skipped++;
      else {
        mirrored++;
        const key = `${family} ${canonicalJson(ports)}`;
        const group = groups.get(key) ?? {
          addressType: family,
          ports: ports.map(slicePort),
          endpoints: new Map(),
        };
        groups.set(key, group);
        // An address that is named twice counts once, by its first mention: the ready ones come first.
        const identity = address.targetRef?.uid ?? address.ip;
        if (!group.endpoints.has(identity)) group.endpoints.set(identity, endpointOf(address, ready));
      }
    }
  }
  const byName = new Map(current.map((slice) => [slice.metadata.name ?? '', slice]));
  const slices = [...groups].flatMap(([key, group]) => slicesOf(endpoints, key, group, byName));
  return { slices, invalid, skipped };
}

function slicePort({ name = '', ...port }: EndpointPort): EndpointPort {
  return { name, protocol: 'TCP', ...port };
}

function endpointOf({ ip, hostname = '', nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === '' ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}

function slicesOf(
  endpoints: Endpoints,
  key: string,
  { addressType, ports, endpoints: members }: Group,
  current: ReadonlyMap<string, EndpointSlice>,
): readonly EndpointSlice[] {
  const { name = '', namespace = '', uid = '' } = endpoints.metadata;
  const nameAt = (index: number): string => sliceName(name, `${uid} ${key} ${index}`);
  return packed([...members.values()], nameAt, current).map(
    ([sliceNamed, packedEndpoints]): EndpointSlice => {
      const { annotations: _, ...known } = current.get(sliceNamed)?.metadata ?? {};
      const annotations = annotationsOf(endpoints);
      const metadata = {
        ...known,
        name: sliceNamed,
        namespace,
        labels: { ...endpoints.metadata.labels, [serviceNameLabel]: name, [managedByLabel]: mirroredBy },
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        ownerReferences: [controllerReference(endpoints)],
      };
      return {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata,
        addressType,
        endpoints: packedEndpoints,
        ports,
      };
    },
  );
}

/** Those of the Endpoints, but for what kubectl remembers of them. */
function annotationsOf({ metadata }: Endpoints): Readonly<Record<string, string>> {
  const { [lastApplied]: _, [triggerTimeAnnotation]: __, ...annotations } = metadata.annotations ?? {};
  return annotations;
}
