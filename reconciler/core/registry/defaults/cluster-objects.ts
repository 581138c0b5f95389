/** Kubernetes' defaults of namespaces, services, configuration, storage, policies and the rest beside workloads. */
import type { Namespace, Service, ServicePort } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Defaulters } from './defaulter.ts';

export const clusterObjectDefaulters: Defaulters = {
  'v1/Namespace': (object) => {
    const namespace = object as Namespace;
    const labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name ?? '',
    };
    const metadata = { ...namespace.metadata, labels };
    return { ...namespace, metadata, spec: { finalizers: ['kubernetes'], ...namespace.spec } } as Namespace;
  },
  'v1/Service': (object) => serviceDefaults(object as Service),
  'v1/Secret': (object) => ({ type: 'Opaque', ...object }),
};

function serviceDefaults(service: Service): Service {
  const spec = service.spec ?? {};
  const type = spec.type ?? 'ClusterIP';
  const external = type === 'NodePort' || type === 'LoadBalancer';
  const addressed = type !== 'ExternalName';
  return {
    ...service,
    spec: {
      type,
      sessionAffinity: 'None',
      ...(addressed
        ? { internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' }
        : {}),
      ...(external ? { externalTrafficPolicy: 'Cluster' } : {}),
      ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
      ...spec,
      ...(spec.ports === undefined ? {} : { ports: spec.ports.map(servicePortDefaults) }),
    },
  };
}

function servicePortDefaults(port: ServicePort): ServicePort {
  return { protocol: 'TCP', ...port, targetPort: port.targetPort ?? port.port };
}
