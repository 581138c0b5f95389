/** Nodes, namespaces, priorities, runtimes, leases and API services: what the cluster itself is made of. */
import { repeatsFamily } from './address-problems.ts';
import { apiregistration, coordination, core, nodeApi, scheduling } from './definition-names.ts';
import { fieldsOf, isEmpty, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import { reportFinalizers } from './metadata-constraints.ts';
import type { Check, Constraints } from './rule.ts';

const userPriorityMax = 1_000_000_000;
const systemPrefix = 'system-';
/** The classes of the system's own pods, with their values. */
const systemPriorities: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

const nodeTaints: Check = (spec, report) => {
  const seen = new Set<string>();
  for (const [index, taint] of itemsOf(spec['taints'])) {
    const id = JSON.stringify([taint['key'], taint['effect']]);
    if (seen.has(id)) report.duplicate(['taints', index], taint);
    seen.add(id);
  }
};

const nodeRanges: Check = (spec, report) => {
  const cidrs = listOf(spec['podCIDRs']).filter((cidr) => typeof cidr === 'string');
  if (cidrs.length > 2 || repeatsFamily(cidrs))
    report.invalid(['podCIDRs'], cidrs, 'may specify no more than one CIDR for each IP family');
};

const namespaceFinalizers: Check = (spec, report) => {
  reportFinalizers(['finalizers'], spec['finalizers'], report);
};

const priority: Check = (value, report) => {
  const name = textOf(fieldsOf(value['metadata'])['name']) ?? '';
  const amount = numberOf(value['value']) ?? 0;
  if (!name.startsWith(systemPrefix)) {
    const why = `maximum allowed value of a user defined priority is ${userPriorityMax}`;
    if (amount > userPriorityMax) report.forbidden(['value'], why);
    return;
  }
  const wrong = systemPriorityProblem(name, amount, value['globalDefault'] === true);
  if (wrong === undefined) return;
  const why = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${wrong}`;
  report.forbidden(['metadata', 'name'], why);
};

function systemPriorityProblem(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = systemPriorities[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

const runtimeTolerations: Check = (value, report) => {
  const seen = new Set<string>();
  for (const [index, toleration] of itemsOf(fieldsOf(value['scheduling'])['tolerations'])) {
    const id = JSON.stringify(toleration);
    if (seen.has(id)) report.duplicate(['scheduling', 'tolerations', index], toleration);
    seen.add(id);
  }
};

const lease: Check = (spec, report) => {
  const seconds = numberOf(spec['leaseDurationSeconds']);
  if (seconds !== undefined && seconds <= 0)
    report.invalid(['leaseDurationSeconds'], seconds, 'must be greater than 0');
  const { strategy, preferredHolder } = spec;
  if (!isEmpty(preferredHolder) && isEmpty(strategy))
    report.forbidden(['preferredHolder'], 'may only be specified when `strategy` is defined');
};

const apiServiceName: Check = (service, report) => {
  const { version, group } = fieldsOf(service['spec']);
  const wanted = `${textOf(version) ?? ''}.${textOf(group) ?? ''}`;
  const name = textOf(fieldsOf(service['metadata'])['name']) ?? '';
  if (name !== '' && name !== wanted)
    report.invalid(['metadata', 'name'], name, `must be \`spec.version+"."+spec.group\`: "${wanted}"`);
};

const apiServiceSpec: Check = (spec, report) => {
  const { group, version, caBundle, insecureSkipTLSVerify: insecure } = spec;
  if (isEmpty(group) && version !== 'v1')
    report.required(['group'], 'only v1 may have an empty group and it better be legacy kube');
  const bounds = [
    ['groupPriorityMinimum', 20000],
    ['versionPriority', 1000],
  ] as const;
  for (const [field, most] of bounds) {
    const value = numberOf(spec[field]) ?? 0;
    if (value <= 0 || value > most) report.invalid([field], value, `must be positive and less than ${most}`);
  }
  const service = spec['service'];
  if (isEmpty(service)) {
    if (!isEmpty(caBundle))
      report.invalid(
        ['caBundle'],
        `${String(caBundle).length} bytes`,
        'local APIServices may not have a caBundle',
      );
    if (insecure === true)
      report.invalid(['insecureSkipTLSVerify'], true, 'local APIServices may not have insecureSkipTLSVerify');
    return;
  }
  for (const field of ['namespace', 'name'])
    if (isEmpty(fieldsOf(service)[field])) report.required(['service', field]);
  if (insecure === true && !isEmpty(caBundle))
    report.invalid(['insecureSkipTLSVerify'], true, 'may not be true if caBundle is present');
};

export const clusterConstraints: Constraints = {
  [core('NodeSpec')]: {
    fields: { podCIDR: { format: 'cidr' }, podCIDRs: { items: { format: 'cidr' } } },
    checks: [nodeTaints, nodeRanges],
  },
  [core('NamespaceSpec')]: {
    fields: { finalizers: { items: { format: 'qualifiedName' } } },
    checks: [namespaceFinalizers],
  },
  [scheduling('PriorityClass')]: {
    fields: { preemptionPolicy: { oneOf: ['Never', 'PreemptLowerPriority'] } },
    checks: [priority],
  },
  [nodeApi('RuntimeClass')]: {
    fields: { handler: { required: true, format: 'dns1123Label' } },
    checks: [runtimeTolerations],
  },
  [nodeApi('Scheduling')]: {
    fields: { nodeSelector: { keys: 'qualifiedName', values: { format: 'labelValue' } } },
  },
  [nodeApi('Overhead')]: {
    fields: { podFixed: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } } },
  },
  [coordination('LeaseSpec')]: { fields: { leaseTransitions: { min: 0 } }, checks: [lease] },
  [apiregistration('APIService')]: { checks: [apiServiceName] },
  [apiregistration('APIServiceSpec')]: {
    fields: { group: { format: 'dns1123Subdomain' }, version: { format: 'dns1035Label' } },
    checks: [apiServiceSpec],
  },
  [apiregistration('ServiceReference')]: {
    fields: {
      port: { min: 1, max: 65535, outOfBounds: 'port is not valid: must be between 1 and 65535, inclusive' },
    },
  },
};
