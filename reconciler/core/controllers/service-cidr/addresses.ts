/**
 * IPAddress objects: one for each address of a Service, so that whoever looks sees what is taken, and by whom. That an
 * address is given out once is the allocation's own care; these follow it, and are put right where they do not.
 */
import type { Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { IPAddress } from '../../../../schemas/kubernetes/types/networking-v1.ts';
import type { Controller } from '../../model/controller.ts';
import type { ObjectRef } from '../../model/object.ts';
import { type Change, type Plan, emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { addressManagedBy, addressManagedByLabel } from '../../registry/service-ranges.ts';

const apiVersion = 'networking.k8s.io/v1';
const familyLabel = 'ipaddress.kubernetes.io/ip-family';

export const serviceAddressController: Controller = { name: 'service-ip-controller', keysFor, plan };

/** By address: what a Service had, and what it has. */
function keysFor({ ref, before, after }: ViewChange, view: ClusterView): readonly ObjectRef[] {
  if (ref.kind === 'IPAddress') return [ref];
  if (ref.kind !== 'Service' || ref.apiVersion !== 'v1') return [];
  const [was, is] = [before, after].map((service) => addressesOf(service as Service | undefined));
  return [...new Set([...(was ?? []), ...(is ?? [])])]
    .filter(
      (ip) => !(was?.includes(ip) === true && is?.includes(ip) === true) || known(ip, view) === undefined,
    )
    .map((name) => ({ apiVersion, kind: 'IPAddress', namespace: '', name }));
}

function addressesOf(service: Service | undefined): readonly string[] {
  return (service?.spec?.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '');
}

function known(ip: string, view: ClusterView): IPAddress | undefined {
  return view.get<IPAddress>(apiVersion, 'IPAddress', '', ip);
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const address = known(key.name, view);
  if (address?.metadata.deletionTimestamp !== undefined) return emptyPlan;
  // What people keep for themselves is theirs.
  if (address !== undefined && address.metadata.labels?.[addressManagedByLabel] !== addressManagedBy)
    return emptyPlan;
  const service = address === undefined ? holderOf(key.name, view) : undefined;
  if (address === undefined)
    return service === undefined ? emptyPlan : { changes: [creation(key.name, service)], events: [] };
  const { parentRef } = address.spec;
  const parent = view.get<Service>('v1', 'Service', parentRef.namespace ?? '', parentRef.name);
  if (addressesOf(parent).includes(key.name)) return emptyPlan;
  return { changes: [{ type: 'delete', ref: key, uid: address.metadata.uid ?? '' }], events: [] };
}

/** Looked for among all: it is asked once in the life of a Service. */
function holderOf(ip: string, view: ClusterView): Service | undefined {
  return view.list<Service>('v1', 'Service').find((service) => addressesOf(service).includes(ip));
}

function creation(ip: string, { metadata }: Service): Change {
  const object: IPAddress = {
    apiVersion,
    kind: 'IPAddress',
    metadata: {
      name: ip,
      labels: {
        [familyLabel]: ip.includes(':') ? 'IPv6' : 'IPv4',
        [addressManagedByLabel]: addressManagedBy,
      },
    },
    spec: {
      parentRef: {
        group: '',
        resource: 'services',
        namespace: metadata.namespace ?? '',
        name: metadata.name ?? '',
      },
    },
  };
  return { type: 'create', object };
}
