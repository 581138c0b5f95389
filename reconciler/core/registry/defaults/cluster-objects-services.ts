/** Kubernetes' defaults of services and of the endpoints behind them. */
import type {
  EndpointPort,
  Endpoints,
  Service,
  ServicePort,
  ServiceSpec,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type {
  EndpointSlice,
  EndpointPort as SlicePort,
} from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import type { Defaulters } from './defaulter.ts';
import { eachOf, fill, isUnset, replace, without } from './unset-fields.ts';

/** Three hours, as Kubernetes has it. */
const affinitySeconds = 10_800;

export const serviceDefaulters: Defaulters = {
  'v1/Service': (object) => {
    const service = object as Service;
    return { ...service, spec: serviceDefaults(service.spec ?? {}) } as Service;
  },
  'v1/Endpoints': (object) => {
    const endpoints = object as Endpoints;
    const subsets = eachOf(endpoints.subsets, (subset) =>
      replace(
        subset,
        'ports',
        eachOf(subset.ports, (port) => fill<EndpointPort>(port, { protocol: 'TCP' })),
      ),
    );
    return replace(endpoints, 'subsets', subsets);
  },
  'discovery.k8s.io/v1/EndpointSlice': (object) => {
    const slice = object as EndpointSlice;
    const ports = eachOf(slice.ports, (port) => fill<SlicePort>(port, { name: '', protocol: 'TCP' }));
    return replace(slice, 'ports', ports);
  },
};

/** Whether traffic from outside the cluster reaches a service. */
export function isExternal(spec: ServiceSpec): boolean {
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') return true;
  return (isUnset(spec.type) || spec.type === 'ClusterIP') && (spec.externalIPs ?? []).length > 0;
}

function serviceDefaults(given: ServiceSpec): ServiceSpec {
  const spec = fill(given, { type: 'ClusterIP', sessionAffinity: 'None' });
  const addressed = spec.type !== 'ExternalName';
  return affinityDefaults(
    replace(
      fill(spec, {
        ...(addressed ? { internalTrafficPolicy: 'Cluster' } : {}),
        ...(isExternal(spec) ? { externalTrafficPolicy: 'Cluster' } : {}),
        ...(spec.type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
        ...(addressed && !isUnset(spec.clusterIP) && (spec.clusterIPs ?? []).length === 0
          ? { clusterIPs: [spec.clusterIP ?? ''] }
          : {}),
      }),
      'ports',
      eachOf(spec.ports, servicePortDefaults),
    ),
  );
}

function affinityDefaults(spec: ServiceSpec): ServiceSpec {
  if (spec.sessionAffinity === 'None') return without(spec, 'sessionAffinityConfig');
  const given = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (spec.sessionAffinity !== 'ClientIP' || !isUnset(given)) return spec;
  return { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } } };
}

function servicePortDefaults(port: ServicePort): ServicePort {
  const unset = isUnset(port.targetPort) || port.targetPort === 0;
  const targetPort = unset ? port.port : port.targetPort;
  return fill({ ...port, ...(targetPort === undefined ? {} : { targetPort }) }, { protocol: 'TCP' });
}
