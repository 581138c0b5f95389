/**
 * The Service `kubernetes` and the endpoint behind it: where pods find the API, as kube-apiserver publishes its own. An
 * API that listens on its machine alone has no endpoint, and then the Service refuses.
 */
import type { Endpoints, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import type { Controller } from '../model/controller.ts';
import { sameJson } from '../model/json.ts';
import type { KubeObject, ObjectRef } from '../model/object.ts';
import { type Change, emptyPlan } from '../model/plan.ts';
import type { ClusterView } from '../model/view.ts';
import { formatIpv4, parseCidr } from '../registry/cidr.ts';

export interface ApiEndpoint {
  /** IPv4, reachable from the hosts. */
  readonly address: string;
  readonly port: number;
}

const place = { namespace: 'default', name: 'kubernetes' } as const;
const key: ObjectRef = { apiVersion: 'v1', kind: 'Service', ...place };
const kinds: ReadonlySet<string> = new Set(['Service', 'Endpoints', 'EndpointSlice']);

/** Port of the Service, as everywhere. */
const servicePort = 443;

/** The API under its name inside of the cluster, at the first address of the services' range. */
export function kubernetesService(serviceCidr: string, apiPort: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...place, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: formatIpv4(parseCidr(serviceCidr).base + 1),
      ports: [{ name: 'https', port: servicePort, targetPort: apiPort }],
    },
  };
}

/** `service` is made again where someone took it away; without one, none is. */
export function apiEndpointController(endpoint: ApiEndpoint | undefined, service?: Service): Controller {
  return {
    name: 'api-endpoint-controller',
    keysFor: ({ ref }) =>
      kinds.has(ref.kind) && ref.name === place.name && ref.namespace === place.namespace ? [key] : [],
    plan: (_key, view) => {
      if (view.get<Service>('v1', 'Service', place.namespace, place.name) === undefined)
        return service === undefined
          ? emptyPlan
          : { changes: [{ type: 'create', object: service }], events: [] };
      const endpoints = published<Endpoints>(view, endpointsOf(endpoint));
      const slice = published<EndpointSlice>(view, sliceOf(endpoint));
      return { changes: [...endpoints, ...slice], events: [] };
    },
  };
}

/** Creates the object, or puts back what differs of it. */
function published<T extends KubeObject>(view: ClusterView, object: T): readonly Change[] {
  const live = view.get<T>(object.apiVersion, object.kind, place.namespace, place.name);
  if (live === undefined) return [{ type: 'create', object }];
  const labels = { ...live.metadata.labels, ...object.metadata.labels };
  const next = { ...object, metadata: { ...live.metadata, labels } };
  return sameJson(next, live) ? [] : [{ type: 'update', scope: 'spec', object: next }];
}

const portName = 'https';

function endpointsOf(endpoint: ApiEndpoint | undefined): Endpoints {
  const subset = (at: ApiEndpoint): NonNullable<Endpoints['subsets']>[number] => ({
    addresses: [{ ip: at.address }],
    ports: [{ name: portName, port: at.port, protocol: 'TCP' }],
  });
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...place, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    ...(endpoint === undefined ? {} : { subsets: [subset(endpoint)] }),
  };
}

function sliceOf(endpoint: ApiEndpoint | undefined): EndpointSlice {
  const ready = (at: ApiEndpoint): Endpoint => ({
    addresses: [at.address],
    conditions: { ready: true },
  });
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...place, labels: { 'kubernetes.io/service-name': place.name } },
    addressType: 'IPv4',
    endpoints: endpoint === undefined ? [] : [ready(endpoint)],
    ports: endpoint === undefined ? [] : [{ name: portName, port: endpoint.port, protocol: 'TCP' }],
  };
}
