/** Who may do what: roles and bindings; and who somebody is: certificate signing requests. */
import { certificates, rbac } from './definition-names.ts';
import { formats } from './formats.ts';
import { type Fields, fieldsOf, isEmpty, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

const rbacGroup = 'rbac.authorization.k8s.io';
const subjectKinds = ['ServiceAccount', 'User', 'Group'];
const expirationSecondsMin = 600;
const legacySigner = 'kubernetes.io/legacy-unknown';
const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

/** The rules of a role; only cluster-wide ones may speak of paths that are no resources. */
function roleRules(namespaced: boolean): Check {
  return (role, report) => {
    for (const [index, rule] of itemsOf(role['rules'])) {
      const path = ['rules', index];
      if (isEmpty(rule['verbs']))
        report.required([...path, 'verbs'], 'verbs must contain at least one value');
      if (!isEmpty(rule['nonResourceURLs'])) {
        reportPaths([...path, 'nonResourceURLs'], rule, namespaced, report);
        continue;
      }
      if (isEmpty(rule['apiGroups']))
        report.required([...path, 'apiGroups'], 'resource rules must supply at least one api group');
      if (isEmpty(rule['resources']))
        report.required([...path, 'resources'], 'resource rules must supply at least one resource');
    }
  };
}

function reportPaths(
  path: readonly (string | number)[],
  rule: Fields,
  namespaced: boolean,
  report: Reporter,
): void {
  const urls = rule['nonResourceURLs'];
  if (namespaced) report.invalid(path, urls, 'namespaced rules cannot apply to non-resource URLs');
  if (['apiGroups', 'resources', 'resourceNames'].some((field) => !isEmpty(rule[field])))
    report.invalid(path, urls, 'rules cannot apply to both regular resources and non-resource URLs');
}

const aggregation: Check = (role, report) => {
  const rule = role['aggregationRule'];
  if (isEmpty(rule) || !isEmpty(fieldsOf(rule)['clusterRoleSelectors'])) return;
  const why = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
  report.required(['aggregationRule', 'clusterRoleSelectors'], why);
};

/** What a binding refers to, and to whom it gives that. An apiGroup that is left out is filled in by kind. */
function binding(namespaced: boolean): Check {
  const roleKinds = namespaced ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  return (value, report) => {
    const role = fieldsOf(value['roleRef']);
    if (!isEmpty(role['apiGroup']) && role['apiGroup'] !== rbacGroup)
      report.unsupported(['roleRef', 'apiGroup'], role['apiGroup'], [rbacGroup]);
    if (!roleKinds.includes(String(role['kind'])))
      report.unsupported(['roleRef', 'kind'], role['kind'] ?? '', roleKinds);
    if (isEmpty(role['name'])) report.required(['roleRef', 'name']);
    report.format(['roleRef', 'name'], role['name'], 'pathSegment');
    for (const [index, subject] of itemsOf(value['subjects']))
      reportSubject(['subjects', index], subject, namespaced, report);
  };
}

function reportSubject(
  path: readonly (string | number)[],
  subject: Fields,
  namespaced: boolean,
  report: Reporter,
): void {
  const { kind, name, apiGroup = '', namespace } = subject;
  if (isEmpty(name)) report.required([...path, 'name']);
  if (kind === 'ServiceAccount') {
    report.format([...path, 'name'], name, 'dns1123Subdomain');
    if (apiGroup !== '') report.unsupported([...path, 'apiGroup'], apiGroup, ['']);
    if (!namespaced && isEmpty(namespace)) report.required([...path, 'namespace']);
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== '' && apiGroup !== rbacGroup)
      report.unsupported([...path, 'apiGroup'], apiGroup, [rbacGroup]);
  } else {
    report.unsupported([...path, 'kind'], kind ?? '', subjectKinds);
  }
}

const request: Check = (spec, report) => {
  const encoded = textOf(spec['request']) ?? '';
  const wrong = pemProblem(encoded);
  if (wrong !== undefined) report.invalid(['request'], encoded, wrong);
  const wanted = listOf(spec['usages']);
  if (wanted.length === 0) report.required(['usages']);
  for (const [index, usage] of wanted.entries()) {
    if (!usages.includes(String(usage))) report.unsupported(['usages', index], usage, usages);
    if (wanted.indexOf(usage) < index) report.duplicate(['usages', index], usage);
  }
  const seconds = numberOf(spec['expirationSeconds']);
  if (seconds !== undefined && seconds < expirationSecondsMin) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)';
    report.invalid(['expirationSeconds'], seconds, why);
  }
  reportSigner(['signerName'], textOf(spec['signerName']) ?? '', report);
};

/** The form of a PEM block alone; what is in it is judged by who signs. */
function pemProblem(encoded: string): string | undefined {
  let pem: string;
  try {
    pem = new TextDecoder().decode(Uint8Array.fromBase64(encoded));
  } catch {
    // What is no base64 is told by its schema.
    return undefined;
  }
  const block = /-----BEGIN ([^-\n]+)-----\r?\n([A-Za-z0-9+/=\s]*)-----END \1-----/.exec(pem);
  return block?.[1] === 'CERTIFICATE REQUEST' && block[2]?.trim() !== ''
    ? undefined
    : 'PEM block type must be CERTIFICATE REQUEST';
}

function reportSigner(path: readonly string[], name: string, report: Reporter): void {
  if (name === '') {
    report.required(path);
    return;
  }
  if (name === legacySigner) {
    report.invalid(path, name, 'the legacy signerName is not allowed via this API version');
    return;
  }
  const [domain = '', signer, ...more] = name.split('/');
  if (signer === undefined || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    report.invalid(path, name, why);
    return;
  }
  if (domain.length > 253) report.tooLong(path, 253);
  const labels = domain.split('.');
  for (const label of labels) {
    const wrong = formats.dns1123Label(label);
    if (wrong !== undefined)
      report.invalid(path, domain, `validating label ${JSON.stringify(label)}: ${wrong}`);
  }
  if (labels.length < 2)
    report.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  const wrong = formats.dns1123Subdomain(signer);
  if (wrong !== undefined) report.invalid(path, signer, wrong);
}

const verdicts = ['Approved', 'Denied', 'Failed'];

const conditions: Check = (status, report) => {
  const all = itemsOf(status['conditions']);
  const seen = new Set<unknown>();
  for (const [index, condition] of all) {
    const path = ['conditions', index];
    const { type, status: state } = condition;
    if (isEmpty(type)) report.required([...path, 'type']);
    const known = verdicts.includes(String(type)) ? ['True'] : ['False', 'True', 'Unknown'];
    if (isEmpty(state)) report.required([...path, 'status']);
    else if (!known.includes(String(state))) report.unsupported([...path, 'status'], state, known);
    if (seen.has(type)) report.duplicate([...path, 'type'], type);
    seen.add(type);
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : '';
    if (other !== '' && seen.has(other))
      report.invalid([...path, 'type'], type, 'Approved and Denied conditions are mutually exclusive');
  }
};

export const accessConstraints: Constraints = {
  [rbac('Role')]: { checks: [roleRules(true)] },
  [rbac('ClusterRole')]: { checks: [roleRules(false), aggregation] },
  [rbac('RoleBinding')]: { checks: [binding(true)] },
  [rbac('ClusterRoleBinding')]: { checks: [binding(false)] },
  [certificates('CertificateSigningRequestSpec')]: { checks: [request] },
  [certificates('CertificateSigningRequestStatus')]: { checks: [conditions] },
};
