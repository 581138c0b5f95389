/** Where a proxied request goes: `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT` of a pod, a Service or a node. */
import type { Node, Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import { serviceNameLabel } from '../../core/controllers/endpointslice/slices.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { notFound } from '../../core/registry/status-error.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { refOfRequest, type ResourceRequest } from '../request.ts';
import { hostOf } from './pod-target.ts';

export interface ProxyTarget {
  readonly scheme: 'http' | 'https';
  readonly address: string;
  readonly port: number;
  /** The host that the connection is made from. */
  readonly host: string;
}

interface Named {
  readonly scheme: ProxyTarget['scheme'];
  readonly name: string;
  /** A number or a name; empty where none was given. */
  readonly port: string;
}

const defaultPorts = { http: 80, https: 443 } as const;

/** The target of a request for `…/proxy`. Throws an ApiError where there is none. `random` is in [0, 1). */
export function proxyTarget(request: ResourceRequest, view: ClusterView, random: () => number): ProxyTarget {
  const named = namedBy(request.name);
  const { kind } = request.info;
  if (named === undefined) throw badRequest(`invalid ${kind.toLowerCase()} request "${request.name}"`);
  switch (kind) {
    case 'Pod':
      return podTarget(named, found<Pod>(request, named, view), request.name);
    case 'Service':
      return serviceTarget(named, found<Service>(request, named, view), view, random);
    default:
      return nodeTarget(named, found<Node>(request, named, view));
  }
}

function namedBy(text: string): Named | undefined {
  const parts = text.split(':');
  const [scheme, name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme ?? '')) return undefined;
  if (!/^(\d{1,5}|[a-z0-9-]{1,15})?$/.test(port) || Number(port) > 65_535) return undefined;
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

function found<T extends Pod | Service | Node>(
  request: ResourceRequest,
  { name }: Named,
  view: ClusterView,
): T {
  const { kind } = request.info;
  const object = view.get('v1', kind, request.namespace, name);
  if (object === undefined) throw new ApiError(notFound({ ...refOfRequest(request), name }));
  return object as T;
}

/** Without a port it is the first that the pod's containers name. */
function podTarget({ scheme, port }: Named, pod: Pod, id: string): ProxyTarget {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const number = port === '' ? (ports[0]?.containerPort ?? defaultPorts[scheme]) : Number(port);
  if (Number.isNaN(number) || number === 0) throw badRequest(`invalid pod request "${id}"`);
  const address = pod.status?.podIP ?? '';
  if (address === '') throw badRequest('address not allowed');
  return { scheme, address, port: number, host: hostOf(pod) };
}

/** A port is given by the Service's name of it, or by its number; without one it is the port without a name. */
function serviceTarget(
  { scheme, name, port }: Named,
  service: Service,
  view: ClusterView,
  random: () => number,
): ProxyTarget {
  let portName = port;
  if (/^\d+$/.test(port)) {
    const match = (service.spec?.ports ?? []).find((one) => one.port === Number(port));
    if (match === undefined) throw unavailable(`no service port ${port} found for service "${name}"`);
    portName = match.name ?? '';
  }
  const slices = view
    .list<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', service.metadata.namespace)
    .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === name);
  const choices = slices.flatMap((slice) => {
    const number = slice.ports?.find((one) => (one.name ?? '') === portName)?.port;
    if (number === undefined) return [];
    const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    return ready.flatMap(({ addresses, nodeName }) =>
      addresses.slice(0, 1).map((address) => ({ address, port: number, nodeName })),
    );
  });
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw unavailable(`no endpoints available for service "${name}"`);
  const host = chosen.nodeName ?? anyNode(view);
  return { scheme, address: chosen.address, port: chosen.port, host };
}

/** Addresses outside the cluster are reached from any host of it. */
function anyNode(view: ClusterView): string {
  const ready = view
    .list<Node>('v1', 'Node')
    .find(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    );
  if (ready?.metadata.name === undefined) throw unavailable('there is no ready node to connect from');
  return ready.metadata.name;
}

function nodeTarget({ scheme, name, port }: Named, node: Node): ProxyTarget {
  if (port === '')
    throw new ApiError({
      code: 501,
      reason: 'NotImplemented',
      message: `node "${name}" runs no kubelet that could be asked: name a port, as in ${name}:PORT`,
    });
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  if (address === undefined || Number.isNaN(Number(port))) throw badRequest('address not allowed');
  return { scheme, address, port: Number(port), host: name };
}

export function unavailable(message: string): ApiError {
  return new ApiError({ code: 503, reason: 'ServiceUnavailable', message });
}
