/** Short forms of the objects that scenarios and properties use most. */
import type { Deployment } from '../../schemas/kubernetes/types/apps-v1.ts';
import type { PodSpec, Service } from '../../schemas/kubernetes/types/core-v1.ts';

export type Options = Readonly<Record<string, string>>;

/** `3` or `25%`. */
function count(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Options: replicas, image, surge, unavailable, strategy, minReady, deadline, history, paused, cpu, memory, port. */
export function deploymentObject(name: string, options: Options): Deployment {
  const labels = { app: name };
  const {
    replicas = '1',
    surge = '1',
    unavailable = '0',
    strategy,
    minReady,
    deadline,
    history,
    paused,
  } = options;
  const rolling = {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: count(surge), maxUnavailable: count(unavailable) },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas: Number(replicas),
      selector: { matchLabels: labels },
      strategy: strategy === 'Recreate' ? { type: 'Recreate' } : rolling,
      ...(minReady === undefined ? {} : { minReadySeconds: Number(minReady) }),
      ...(deadline === undefined ? {} : { progressDeadlineSeconds: Number(deadline) }),
      ...(history === undefined ? {} : { revisionHistoryLimit: Number(history) }),
      ...(paused === undefined ? {} : { paused: paused === 'true' }),
      template: { metadata: { labels }, spec: podSpec(options) },
    },
  };
}

/** Options: image, cpu, memory, port, hostPort, nodeSelector (`key:value`), priority. */
function podSpec(options: Options): PodSpec {
  const { image = 'web:1', cpu, memory, port, hostPort, nodeSelector, priority } = options;
  const requests = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  const [key = '', value = ''] = (nodeSelector ?? '').split(':');
  const ports =
    port === undefined
      ? []
      : [
          {
            name: 'http',
            containerPort: Number(port),
            ...(hostPort === undefined ? {} : { hostPort: Number(hostPort) }),
          },
        ];
  return {
    containers: [{ name: 'main', image, ports, resources: { requests } }],
    ...(nodeSelector === undefined ? {} : { nodeSelector: { [key]: value } }),
    ...(priority === undefined ? {} : { priority: Number(priority) }),
  };
}

/** Options: port, target (a number or a name), app, clusterIP. */
export function serviceObject(name: string, options: Options): Service {
  const { port = '80', target, app = name, clusterIP } = options;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: {
      selector: { app },
      ports: [{ port: Number(port), ...(target === undefined ? {} : { targetPort: count(target) }) }],
      ...(clusterIP === undefined ? {} : { clusterIP }),
    },
  };
}
