/** Kubernetes' defaults of containers: pull policy, ports, environment, probes, hooks. */
import { type Fields, isFields, textOf } from '../../../../schemas/validation/loose.ts';
import { each, type Fill, inside, withDefaults, withNonZero } from './absent-fields.ts';
import { filledRequirements } from './resource-lists.ts';

const containerDefaults: Fields = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  resources: {},
};
const probeDefaults: Fields = {
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};
const httpDefaults: Fields = { path: '/', scheme: 'HTTP' };
const grpcDefaults: Fields = { service: '' };
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** A container of any of a pod's lists, in a pod or in a template. */
export function filledContainer(container: Fields): Fields {
  let filled = withDefaults(container, containerDefaults);
  const policy = filled['imagePullPolicy'];
  if (policy === undefined || policy === null || policy === '')
    filled = { ...filled, imagePullPolicy: pullPolicyOf(textOf(filled['image']) ?? '') };
  filled = inside(filled, 'resources', filledRequirements);
  filled = each(filled, 'ports', filledPort);
  filled = each(filled, 'env', filledVariable);
  for (const probe of probes) filled = inside(filled, probe, filledProbe);
  return inside(filled, 'lifecycle', filledLifecycle);
}

const filledPort: Fill = (port) => withDefaults(port, { protocol: 'TCP' });

const filledVariable: Fill = (variable) => inside(variable, 'valueFrom', filledReferences);

/** What the downward API reads, in the environment and in volumes. */
export function filledReferences(source: Fields): Fields {
  const field = inside(source, 'fieldRef', (reference) => withDefaults(reference, { apiVersion: 'v1' }));
  return inside(field, 'resourceFieldRef', (reference) => withDefaults(reference, { divisor: '0' }));
}

const filledHttp: Fill = (action) => withDefaults(action, httpDefaults);

const filledProbe: Fill = (probe) => {
  const filled = inside(withNonZero(probe, probeDefaults), 'httpGet', filledHttp);
  return inside(filled, 'grpc', (action) => withDefaults(action, grpcDefaults));
};

const filledHook: Fill = (hook) => inside(hook, 'httpGet', filledHttp);

const filledLifecycle: Fill = (lifecycle) =>
  inside(inside(lifecycle, 'postStart', filledHook), 'preStop', filledHook);

/** `Always` for the tag `latest` or none at all, `IfNotPresent` otherwise and for every digest. */
export function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

/** A limit without a request requests as much as it limits. Of containers in pods; a template keeps what it says. */
export function withRequests(container: Fields): Fields {
  return inside(container, 'resources', (resources) => {
    const { limits, requests } = resources;
    if (!isFields(limits)) return resources;
    const asked = isFields(requests) ? requests : {};
    const complete = withDefaults(asked, limits);
    return complete === requests ? resources : { ...resources, requests: complete };
  });
}

/** On the host's network a container's ports are the host's. */
export function withHostPorts(container: Fields): Fields {
  return each(container, 'ports', (port) =>
    typeof port['containerPort'] === 'number' && port['containerPort'] !== 0
      ? withNonZero(port, { hostPort: port['containerPort'] })
      : port,
  );
}
