/** Containers: image, ports, restarts, and what only some of a pod's lists of containers may have. */
import { core } from './definition-names.ts';
import { envFromSources } from './environment-constraints.ts';
import { podSpecOf } from './handler-constraints.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, listOf, textOf } from './loose.ts';
import { mountOptions } from './mount-constraints.ts';
import type { Check, Constraints, DefinitionConstraints, Rule } from './rule.ts';

const port: Rule = { min: 1, max: 65535, zero: 'absent' };
const protocol: Rule = { oneOf: ['SCTP', 'TCP', 'UDP'] };
const resizable = ['cpu', 'memory'];
const resizePolicies = ['NotRequired', 'RestartContainer'];
const restartPolicies = ['Always', 'Never', 'OnFailure'];
const restartActions = ['Restart', 'RestartAllContainers'];
const restartRulesMax = 20;
const exitCodesMax = 255;

/** Liveness and startup probes succeed or fail at once, and only a failed one of these ends the container. */
const probesByKind: Check = (container, report) => {
  for (const name of ['livenessProbe', 'startupProbe']) {
    const threshold = fieldsOf(container[name])['successThreshold'];
    if (typeof threshold === 'number' && threshold > 1)
      report.invalid([name, 'successThreshold'], threshold, 'must be 1');
  }
  const grace = fieldsOf(container['readinessProbe'])['terminationGracePeriodSeconds'];
  if (!isEmpty(grace)) {
    const path = ['readinessProbe', 'terminationGracePeriodSeconds'];
    report.invalid(path, grace, 'must not be set for readinessProbes');
  }
};

/** A template's image may be a placeholder that something fills later; a pod's is pulled as it is. */
const image: Check = (container, report, ancestors) => {
  const name = textOf(container['image']) ?? '';
  if (ancestors[0]?.['kind'] === 'Pod' && name !== name.trim())
    report.invalid(['image'], name, 'must not have leading or trailing whitespace');
};

/** Kubernetes names the list of policies, not the policy. */
const resizePolicy: Check = (container, report, ancestors) => {
  const never = podSpecOf(ancestors)?.['restartPolicy'] === 'Never';
  const seen = new Set<unknown>();
  const showing = report.showing(['resizePolicy']);
  for (const [index, policy] of itemsOf(container['resizePolicy'])) {
    const { resourceName: resource, restartPolicy: restart } = policy;
    const at = ['resizePolicy', index];
    if (seen.has(resource)) report.duplicate(at, resource);
    seen.add(resource);
    if (isEmpty(resource)) showing.required([...at, 'resourceName']);
    else if (!resizable.includes(String(resource)))
      showing.unsupported([...at, 'resourceName'], resource, resizable);
    if (isEmpty(restart)) showing.required([...at, 'restartPolicy']);
    else if (!resizePolicies.includes(String(restart)))
      showing.unsupported([...at, 'restartPolicy'], restart, resizePolicies);
    else if (never && restart !== 'NotRequired') {
      const rule = "must be 'NotRequired' when `restartPolicy` is 'Never'";
      showing.invalid([...at, 'restartPolicy'], restart, rule);
    }
  }
};

const restartRules: Check = (container, report) => {
  const rules = itemsOf(container['restartPolicyRules']);
  if (rules.length > 0 && isEmpty(container['restartPolicy']))
    report.required(['restartPolicy'], 'must specify restartPolicy when restart rules are used');
  if (rules.length > restartRulesMax) report.tooMany(['restartPolicyRules'], rules.length, restartRulesMax);
  for (const [index, rule] of rules) {
    const at = ['restartPolicyRules', index];
    if (!restartActions.includes(textOf(rule['action']) ?? ''))
      report.unsupported([...at, 'action'], rule['action'] ?? '', restartActions);
    const codes = rule['exitCodes'];
    if (!isFields(codes)) {
      report.required([...at, 'exitCodes'], 'must be specified');
      continue;
    }
    const operator = textOf(codes['operator']) ?? '';
    if (!['In', 'NotIn'].includes(operator))
      report.unsupported([...at, 'exitCodes', 'operator'], operator, ['In', 'NotIn']);
    const count = listOf(codes['values']).length;
    if (count > exitCodesMax) report.tooMany([...at, 'exitCodes', 'values'], count, exitCodesMax);
  }
};

const container: DefinitionConstraints = {
  fields: {
    name: { required: true, format: 'dns1123Label' },
    image: { required: true },
    imagePullPolicy: { oneOf: ['Always', 'IfNotPresent', 'Never'] },
    terminationMessagePolicy: { oneOf: ['File', 'FallbackToLogsOnError'] },
    ports: { unique: ['name'] },
  },
  checks: [probesByKind, image, envFromSources, mountOptions, resizePolicy],
};

/** What an ephemeral container may not have: a pod must never come to depend on it. */
const notForDebugging = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
];

const ephemeral: Check = (value, report) => {
  const why = 'cannot be set for an Ephemeral Container';
  for (const field of notForDebugging) if (isSet(value[field])) report.forbidden([field], why);
  for (const [index, mount] of itemsOf(value['volumeMounts'])) {
    for (const field of ['subPath', 'subPathExpr'])
      if (!isEmpty(mount[field])) report.forbidden(['volumeMounts', index, field], why);
  }
};

function isSet(value: unknown): boolean {
  return !isEmpty(value) && !(isFields(value) && Object.keys(value).length === 0);
}

/** Only sidecars live beside the others: what watches a container makes no sense for one that ends. */
export function reportInitContainer(
  value: Fields,
  path: readonly (string | number)[],
  report: Parameters<Check>[1],
): void {
  if (value['restartPolicy'] === 'Always') return;
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (isFields(value[field]))
      report.forbidden([...path, field], 'may not be set for init containers without restartPolicy=Always');
  }
}

export const containerConstraints: Constraints = {
  [core('Container')]: {
    fields: { ...container.fields, restartPolicy: { oneOf: restartPolicies } },
    checks: [...(container.checks ?? []), restartRules],
  },
  [core('EphemeralContainer')]: { ...container, checks: [...(container.checks ?? []), ephemeral] },
  [core('ContainerPort')]: {
    fields: {
      containerPort: { required: true, ...port },
      hostPort: port,
      protocol,
      name: { format: 'portName' },
      hostIP: { format: 'ip' },
    },
  },
};
