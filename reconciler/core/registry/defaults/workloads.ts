/** Kubernetes' defaults of pods, of the workloads that make them, and of what stands beside them. */
import type { Deployment, ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type {
  Container,
  ContainerPort,
  Pod,
  PodSpec,
  PodTemplateSpec,
  Probe,
  Volume,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Defaulters } from './defaulter.ts';

export const workloadDefaulters: Defaulters = {
  'v1/Pod': (object) => {
    const pod = object as Pod;
    return pod.spec === undefined ? pod : ({ ...pod, spec: podSpecDefaults(pod.spec) } as Pod);
  },
  'apps/v1/Deployment': (object) => deploymentDefaults(object as Deployment),
  'apps/v1/ReplicaSet': (object) => replicaSetDefaults(object as ReplicaSet),
};

function deploymentDefaults(deployment: Deployment): Deployment {
  const spec = deployment.spec;
  if (spec === undefined) return deployment;
  const strategy = spec.strategy ?? {};
  const type = strategy.type ?? 'RollingUpdate';
  const rolling = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate };
  return {
    ...deployment,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
      strategy: type === 'RollingUpdate' ? { type, rollingUpdate: rolling } : { ...strategy, type },
      template: templateDefaults(spec.template),
    },
  };
}

function replicaSetDefaults(set: ReplicaSet): ReplicaSet {
  if (set.spec === undefined) return set;
  const template = set.spec.template;
  return {
    ...set,
    spec: {
      replicas: 1,
      ...set.spec,
      ...(template === undefined ? {} : { template: templateDefaults(template) }),
    },
  };
}

function templateDefaults(template: PodTemplateSpec): PodTemplateSpec {
  return template.spec === undefined ? template : { ...template, spec: podSpecDefaults(template.spec) };
}

function podSpecDefaults(spec: PodSpec): PodSpec {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    enableServiceLinks: true,
    ...spec,
    containers: spec.containers.map((container) => containerDefaults(container, spec.hostNetwork ?? false)),
    ...(spec.initContainers === undefined
      ? {}
      : {
          initContainers: spec.initContainers.map((container) =>
            containerDefaults(container, spec.hostNetwork ?? false),
          ),
        }),
    ...(spec.volumes === undefined ? {} : { volumes: spec.volumes.map(volumeDefaults) }),
  };
}

function containerDefaults(container: Container, hostNetwork: boolean): Container {
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container.image ?? ''),
    ...container,
    resources: resourceDefaults(container),
    ...(container.ports === undefined
      ? {}
      : { ports: container.ports.map((port) => portDefaults(port, hostNetwork)) }),
    ...(container.livenessProbe === undefined
      ? {}
      : { livenessProbe: probeDefaults(container.livenessProbe) }),
    ...(container.readinessProbe === undefined
      ? {}
      : { readinessProbe: probeDefaults(container.readinessProbe) }),
    ...(container.startupProbe === undefined ? {} : { startupProbe: probeDefaults(container.startupProbe) }),
  };
}

/** A limit without a request requests as much as it limits. */
function resourceDefaults(container: Container): NonNullable<Container['resources']> {
  const resources = container.resources ?? {};
  if (resources.limits === undefined) return resources;
  return { ...resources, requests: { ...resources.limits, ...resources.requests } };
}

function portDefaults(port: ContainerPort, hostNetwork: boolean): ContainerPort {
  return { protocol: 'TCP', ...(hostNetwork ? { hostPort: port.containerPort } : {}), ...port };
}

function probeDefaults(probe: Probe): Probe {
  const httpGet =
    probe.httpGet === undefined ? {} : { httpGet: { path: '/', scheme: 'HTTP', ...probe.httpGet } };
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...probe,
    ...httpGet,
  };
}

/** `Always` for the tag `latest` or none at all, `IfNotPresent` otherwise. */
function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const fileModeDefault = 0o644;

function volumeDefaults(volume: Volume): Volume {
  if (volume.configMap !== undefined) {
    return { ...volume, configMap: { defaultMode: fileModeDefault, ...volume.configMap } };
  }
  if (volume.secret !== undefined)
    return { ...volume, secret: { defaultMode: fileModeDefault, ...volume.secret } };
  if (volume.hostPath !== undefined) return { ...volume, hostPath: { type: '', ...volume.hostPath } };
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  return sources.length === 0 ? { ...volume, emptyDir: {} } : volume;
}
