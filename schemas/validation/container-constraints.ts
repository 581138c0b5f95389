/** Containers: image, ports, environment, mounts, probes, resources. */
import { core } from './definition-names.ts';
import { fieldsOf, isEmpty } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check, Constraints, DefinitionConstraints, Rule } from './rule.ts';

const port: Rule = { min: 1, max: 65535 };
const protocol: Rule = { oneOf: ['SCTP', 'TCP', 'UDP'] };
const atLeastZero: Rule = { min: 0 };
const terminationMessagePolicies = ['FallbackToLogsOnError', 'File'];
const handlers = { none: 'must specify a handler type', many: 'may not specify more than 1 handler type' };

/** A request above its limit can never be granted. */
const requestsWithinLimits: Check = (resources, report) => {
  const limits = fieldsOf(resources['limits']);
  for (const [name, request] of Object.entries(fieldsOf(resources['requests']))) {
    const [wanted, limit] = [quantityValue(request), quantityValue(limits[name])];
    if (wanted === undefined || limit === undefined || wanted <= limit) continue;
    report.invalid(
      ['requests'],
      request,
      `must be less than or equal to ${name} limit of ${String(limits[name])}`,
    );
  }
};

const envValue: Check = (variable, report) => {
  const from = variable['valueFrom'];
  if (isEmpty(from)) return;
  if (!isEmpty(variable['value'])) {
    report.invalid(['valueFrom'], '', 'may not be specified when `value` is not empty');
  }
};

/** Liveness and startup probes succeed or fail at once: only readiness may want several successes. */
const probeThresholds: Check = (container, report) => {
  for (const name of ['livenessProbe', 'startupProbe']) {
    const threshold = fieldsOf(container[name])['successThreshold'];
    if (typeof threshold === 'number' && threshold > 1)
      report.invalid([name, 'successThreshold'], threshold, 'must be 1');
  }
};

const container: DefinitionConstraints = {
  fields: {
    name: { required: true, format: 'dns1123Label' },
    image: { required: true },
    imagePullPolicy: { oneOf: ['Always', 'IfNotPresent', 'Never'] },
    terminationMessagePolicy: { oneOf: terminationMessagePolicies },
    ports: { unique: ['name'] },
    volumeMounts: { unique: ['mountPath'] },
    volumeDevices: { unique: ['devicePath'] },
  },
  checks: [probeThresholds],
};

export const containerConstraints: Constraints = {
  [core('Container')]: container,
  [core('EphemeralContainer')]: container,
  [core('ContainerPort')]: {
    fields: {
      containerPort: { required: true, ...port },
      hostPort: { min: 0, max: 65535 },
      protocol,
      name: { format: 'portName' },
      hostIP: { format: 'ip' },
    },
  },
  [core('EnvVar')]: { fields: { name: { required: true, format: 'envName' } }, checks: [envValue] },
  [core('EnvVarSource')]: {
    exactlyOne: {
      none: 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      many: 'may not have more than one field specified at a time',
    },
  },
  [core('EnvFromSource')]: {
    exactlyOne: {
      none: 'must specify one of: `configMapRef` or `secretRef`',
      many: 'may not have more than one field specified at a time',
      except: ['prefix'],
    },
  },
  [core('ConfigMapKeySelector')]: {
    fields: { key: { required: true, format: 'configKey' }, name: { required: true } },
  },
  [core('SecretKeySelector')]: {
    fields: { key: { required: true, format: 'configKey' }, name: { required: true } },
  },
  [core('ObjectFieldSelector')]: { fields: { fieldPath: { required: true } } },
  [core('VolumeMount')]: {
    fields: {
      name: { required: true },
      mountPath: { required: true },
      subPath: { format: 'relativePath' },
      subPathExpr: { format: 'relativePath' },
      mountPropagation: { oneOf: ['Bidirectional', 'HostToContainer', 'None'] },
    },
  },
  [core('ResourceRequirements')]: {
    fields: {
      limits: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
      requests: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
    },
    checks: [requestsWithinLimits],
  },
  [core('Probe')]: {
    fields: {
      initialDelaySeconds: atLeastZero,
      timeoutSeconds: atLeastZero,
      periodSeconds: atLeastZero,
      successThreshold: atLeastZero,
      failureThreshold: atLeastZero,
      terminationGracePeriodSeconds: { min: 1 },
    },
    exactlyOne: {
      ...handlers,
      except: [
        'failureThreshold',
        'initialDelaySeconds',
        'periodSeconds',
        'successThreshold',
        'terminationGracePeriodSeconds',
        'timeoutSeconds',
      ],
    },
  },
  [core('LifecycleHandler')]: { exactlyOne: handlers },
  [core('HTTPGetAction')]: {
    fields: { port: { required: true, ...port, format: 'portName' }, scheme: { oneOf: ['HTTP', 'HTTPS'] } },
  },
  [core('TCPSocketAction')]: { fields: { port: { required: true, ...port, format: 'portName' } } },
  [core('GRPCAction')]: { fields: { port } },
  [core('ExecAction')]: { fields: { command: { required: true } } },
  [core('SecurityContext')]: {
    fields: {
      runAsUser: { min: 0, max: 2147483647 },
      runAsGroup: { min: 0, max: 2147483647 },
      procMount: { oneOf: ['Default', 'Unmasked'] },
    },
  },
  [core('PodSecurityContext')]: {
    fields: {
      runAsUser: { min: 0, max: 2147483647 },
      runAsGroup: { min: 0, max: 2147483647 },
      fsGroup: { min: 0, max: 2147483647 },
      fsGroupChangePolicy: { oneOf: ['Always', 'OnRootMismatch'] },
    },
  },
  [core('SeccompProfile')]: {
    fields: { type: { required: true, oneOf: ['Localhost', 'RuntimeDefault', 'Unconfined'] } },
  },
};
