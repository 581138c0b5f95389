/** Ingresses, their classes, network policies, and the cluster's address ranges. */
import { rangeBits, repeatsFamily } from './address-problems.ts';
import { networking } from './definition-names.ts';
import { formats } from './formats.ts';
import { fieldsOf, isEmpty, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Reporter } from './rule.ts';
import { port, protocol } from './service-constraints.ts';

/** Sequences that a proxy might read as another path. */
const badSequences = ['//', '/./', '/../', '%2f', '%2F'];
const badSuffixes = ['/..', '/.'];
const ingressClassAnnotation = 'kubernetes.io/ingress.class';
const controllerBytesMax = 250;
const wildcardRule =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of " +
  "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', " +
  "regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function reportHost(path: readonly (string | number)[], value: unknown, report: Reporter): void {
  const host = textOf(value) ?? '';
  if (host === '') return;
  if (formats.ip(host) === undefined) report.invalid(path, host, 'must be a DNS name, not an IP address');
  if (!host.includes('*')) {
    report.format(path, host, 'dns1123Subdomain');
  } else if (!host.startsWith('*.') || formats.dns1123Subdomain(host.slice(2)) !== undefined) {
    report.invalid(path, host, wildcardRule);
  }
}

const ingressHosts: Check = (spec, report) => {
  for (const [index, rule] of itemsOf(spec['rules']))
    reportHost(['rules', index, 'host'], rule['host'], report);
  for (const [index, tls] of itemsOf(spec['tls']))
    for (const [at, host] of listOf(tls['hosts']).entries())
      reportHost(['tls', index, 'hosts', at], host, report);
  if (isEmpty(spec['rules']) && isEmpty(spec['defaultBackend'])) {
    report.invalid([], spec['rules'] ?? null, 'either `defaultBackend` or `rules` must be specified');
  }
};

const ingressClassNames: Check = (ingress, report) => {
  const annotated = fieldsOf(fieldsOf(ingress['metadata'])['annotations'])[ingressClassAnnotation];
  const named = fieldsOf(ingress['spec'])['ingressClassName'];
  if (isEmpty(annotated) || isEmpty(named) || annotated === named) return;
  report
    .showing(['annotations', ingressClassAnnotation])
    .invalid(
      ['metadata', 'annotations', { key: ingressClassAnnotation }],
      annotated,
      'must match `ingressClassName` when both are specified',
    );
};

const ingressPath: Check = (value, report) => {
  const path = textOf(value['path']) ?? '';
  const loose = value['pathType'] === 'ImplementationSpecific';
  if (loose && path === '') return;
  if (!path.startsWith('/')) report.invalid(['path'], path, 'must be an absolute path');
  if (loose || path === '') return;
  for (const sequence of badSequences)
    if (path.includes(sequence)) report.invalid(['path'], path, `must not contain '${sequence}'`);
  for (const suffix of badSuffixes)
    if (path.endsWith(suffix)) report.invalid(['path'], path, `cannot end with '${suffix}'`);
};

const ingressBackend: Check = (backend, report) => {
  const [service, resource] = [backend['service'], backend['resource']];
  if (!isEmpty(service) && !isEmpty(resource)) {
    report.invalid([], '', 'cannot set both resource and service backends');
    return;
  }
  if (isEmpty(service)) {
    if (isEmpty(resource)) report.invalid([], '', 'resource or service backend is required');
    return;
  }
  const { name, number } = fieldsOf(fieldsOf(service)['port']);
  const numbered = numberOf(number) ?? 0;
  if (!isEmpty(name) && numbered !== 0) report.invalid([], '', 'cannot set both port name & port number');
  else if (isEmpty(name) && numbered === 0) report.required([], 'port name or number is required');
};

const controllerName: Check = (spec, report) => {
  const controller = textOf(spec['controller']) ?? '';
  if (controller === '') report.required(['controller']);
  else if (controller.length > controllerBytesMax) report.tooLong(['controller'], controllerBytesMax);
};

const classParameters: Check = (parameters, report) => {
  const { scope = 'Cluster', namespace } = parameters;
  if (scope === 'Namespace' && isEmpty(namespace))
    report.required(['namespace'], "`parameters.scope` is set to 'Namespace'");
  if (scope === 'Cluster' && !isEmpty(namespace))
    report.forbidden(['namespace'], "`parameters.scope` is set to 'Cluster'");
};

const policyTypes: Check = (spec, report) => {
  const types = listOf(spec['policyTypes']);
  if (types.length > 2) report.invalid(['policyTypes'], types, 'may not specify more than two policyTypes');
};

const policyPeer: Check = (peer, report) => {
  const block = !isEmpty(peer['ipBlock']);
  const selector = !isEmpty(peer['podSelector']) || !isEmpty(peer['namespaceSelector']);
  if (!block && !selector) report.required([], 'must specify a peer');
  if (block && selector) report.forbidden([], 'may not specify both ipBlock and another peer');
};

const policyPortRange: Check = (value, report) => {
  const [first, last] = [value['port'], numberOf(value['endPort'])];
  if (last === undefined) return;
  if (first === undefined || first === null)
    report.invalid(['endPort'], last, 'may not be specified when `port` is not specified');
  else if (typeof first === 'string')
    report.invalid(['endPort'], last, 'may not be specified when `port` is non-numeric');
  else if (typeof first === 'number' && last < first) {
    report.invalid(['endPort'], last, 'must be greater than or equal to `port`');
  }
};

/** What is cut out of a range must lie in it, and be smaller. */
const exceptRanges: Check = (block, report) => {
  const whole = rangeBits(textOf(block['cidr']) ?? '');
  for (const [index, value] of listOf(block['except']).entries()) {
    if (typeof value !== 'string') continue;
    const part = rangeBits(value);
    if (part === undefined) report.invalid(['except', index], value, formats.cidr(value) ?? '');
    else if (
      whole !== undefined &&
      (!part.startsWith(whole) || part.length <= whole.length || !sameFamily(block['cidr'], value))
    )
      report.invalid(['except', index], value, 'must be a strict subset of `cidr`');
  }
};

function sameFamily(left: unknown, right: string): boolean {
  return String(left).includes(':') === right.includes(':');
}

const serviceRanges: Check = (spec, report) => {
  const cidrs = listOf(spec['cidrs']).filter((cidr) => typeof cidr === 'string');
  if (cidrs.length === 0) report.required(['cidrs'], 'at least one CIDR required');
  if (cidrs.length > 2) report.invalid(['cidrs'], cidrs, 'may only hold up to 2 values');
  const good = cidrs.every((cidr) => formats.cidr(cidr) === undefined);
  if (good && cidrs.length === 2 && repeatsFamily(cidrs)) {
    const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    report.invalid(['cidrs'], cidrs, why);
  }
};

export const networkConstraints: Constraints = {
  [networking('Ingress')]: { checks: [ingressClassNames] },
  [networking('IngressSpec')]: {
    fields: { ingressClassName: { format: 'dns1123Subdomain' } },
    checks: [ingressHosts],
  },
  [networking('IngressTLS')]: { fields: { secretName: { format: 'dns1123Subdomain' } } },
  [networking('HTTPIngressRuleValue')]: { fields: { paths: { required: true } } },
  [networking('HTTPIngressPath')]: {
    fields: {
      pathType: {
        required: 'pathType must be specified',
        oneOf: ['Exact', 'ImplementationSpecific', 'Prefix'],
      },
    },
    checks: [ingressPath],
  },
  [networking('IngressBackend')]: { checks: [ingressBackend] },
  [networking('IngressServiceBackend')]: {
    fields: { name: { required: true, format: 'dns1035Label' } },
  },
  [networking('ServiceBackendPort')]: {
    fields: { number: { ...port, zero: 'absent' }, name: { format: 'portName' } },
  },
  [networking('IngressClassSpec')]: {
    fields: { controller: { format: 'domainPrefixedPath' } },
    checks: [controllerName],
  },
  [networking('IngressClassParametersReference')]: {
    fields: {
      apiGroup: { format: 'dns1123Subdomain' },
      kind: { required: true, format: 'pathSegment' },
      name: { required: true, format: 'pathSegment' },
      namespace: { format: 'dns1123Label' },
      scope: { oneOf: ['Cluster', 'Namespace'] },
    },
    checks: [classParameters],
  },
  [networking('NetworkPolicySpec')]: {
    fields: { policyTypes: { items: { oneOf: ['Egress', 'Ingress'] } } },
    checks: [policyTypes],
  },
  [networking('NetworkPolicyPeer')]: { checks: [policyPeer] },
  [networking('NetworkPolicyPort')]: {
    fields: { protocol, port: { ...port, format: 'portName' }, endPort: port },
    checks: [policyPortRange],
  },
  [networking('IPBlock')]: {
    fields: { cidr: { required: true, format: 'cidr' } },
    checks: [exceptRanges],
  },
  [networking('IPAddressSpec')]: { fields: { parentRef: { required: true } } },
  [networking('ParentReference')]: {
    fields: {
      group: { format: 'dns1123Subdomain' },
      resource: { required: true, format: 'pathSegment' },
      name: { required: true, format: 'pathSegment' },
      namespace: { format: 'pathSegment' },
    },
  },
  [networking('ServiceCIDRSpec')]: {
    fields: { cidrs: { items: { format: 'cidr' } } },
    checks: [serviceRanges],
  },
};
