/** Webhooks and policies that judge what is written. */
import { admissionregistration } from './definition-names.ts';
import { formats } from './formats.ts';
import { type Fields, fieldsOf, isEmpty, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Reporter, Rule } from './rule.ts';

const reviewVersions = ['v1', 'v1beta1'];
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const conditionsMax = 64;
const failurePolicy: Rule = { oneOf: ['Fail', 'Ignore'] };
const matchPolicy: Rule = { oneOf: ['Equivalent', 'Exact'] };
const reinvocationPolicy: Rule = { oneOf: ['IfNeeded', 'Never'] };
const urlForm = '; desired format: https://host[/path]';

type Path = readonly (string | number)[];

const hooks: Check = (configuration, report) => {
  const seen = new Set<unknown>();
  for (const [index, hook] of itemsOf(configuration['webhooks'])) {
    const path: Path = ['webhooks', index];
    reportHookName([...path, 'name'], textOf(hook['name']) ?? '', report);
    if (seen.has(hook['name'])) report.duplicate([...path, 'name'], hook['name']);
    seen.add(hook['name']);
    reportReviewVersions([...path, 'admissionReviewVersions'], hook, report);
    reportClient([...path, 'clientConfig'], fieldsOf(hook['clientConfig']), report);
    const sideEffects = hook['sideEffects'];
    if (isEmpty(sideEffects))
      report.required([...path, 'sideEffects'], 'must specify one of None, NoneOnDryRun');
    const seconds = numberOf(hook['timeoutSeconds']);
    if (seconds !== undefined && (seconds < 1 || seconds > 30)) {
      const why = 'the timeout value must be between 1 and 30 seconds';
      report.invalid([...path, 'timeoutSeconds'], seconds, why);
    }
    reportConditions([...path, 'matchConditions'], hook['matchConditions'], report);
  }
};

function reportHookName(path: Path, name: string, report: Reporter): void {
  if (name === '') {
    report.required(path);
    return;
  }
  report.format(path, name, 'dns1123Subdomain');
  if (name.split('.').length < 3)
    report.invalid(path, name, 'should be a domain with at least three segments separated by dots');
}

function reportReviewVersions(path: Path, hook: Fields, report: Reporter): void {
  const versions = listOf(hook['admissionReviewVersions']);
  if (versions.length === 0) {
    report.required(path, `must specify one of ${reviewVersions.join(', ')}`);
    return;
  }
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) report.duplicate([...path, index], version);
    report.format([...path, index], version, 'dns1035Label');
  }
  if (!versions.some((version) => reviewVersions.includes(String(version))))
    report.invalid(path, versions, `must include at least one of ${reviewVersions.join(', ')}`);
}

function reportClient(path: Path, client: Fields, report: Reporter): void {
  const { url, service } = client;
  if (isEmpty(url) === isEmpty(service)) {
    report.required(path, 'exactly one of url or service is required');
    return;
  }
  if (typeof url === 'string' && url !== '') reportUrl([...path, 'url'], url, report);
  const { path: servicePath } = fieldsOf(service);
  if (typeof servicePath === 'string' && !servicePath.startsWith('/'))
    report.invalid([...path, 'service', 'path'], servicePath, "must start with a '/'");
}

function reportUrl(path: Path, url: string, report: Reporter): void {
  const parts =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(\?[^#]*)?(#.*)?$/.exec(url);
  const [, scheme = '', user, host = '', query, fragment] = parts ?? [];
  if (scheme !== 'https') report.invalid(path, scheme, `'https' is the only allowed URL scheme${urlForm}`);
  if (host === '') report.invalid(path, '', `host must be specified${urlForm}`);
  if (user !== undefined) report.invalid(path, user, 'user information is not permitted in the URL');
  if (fragment !== undefined && fragment !== '#')
    report.invalid(path, fragment.slice(1), 'fragments are not permitted in the URL');
  if (query !== undefined && query !== '?')
    report.invalid(path, query.slice(1), 'query parameters are not permitted in the URL');
}

function reportConditions(path: Path, value: unknown, report: Reporter): void {
  const all = listOf(value);
  if (all.length > conditionsMax) report.tooMany(path, all.length, conditionsMax);
  const seen = new Set<unknown>();
  for (const [index, { name, expression }] of itemsOf(all)) {
    const text = textOf(expression)?.trim() ?? '';
    if (text === '') report.required([...path, index, 'expression']);
    if (isEmpty(name)) report.required([...path, index, 'name']);
    report.format([...path, index, 'name'], name, 'qualifiedName');
    if (seen.has(name)) report.duplicate([...path, index, 'name'], name);
    seen.add(name);
  }
}

/** Which lists of a rule stand for all by one `*`, and what messages call their entries. */
const wildcards: Readonly<Record<string, string>> = {
  apiGroups: 'API groups',
  apiVersions: 'API versions',
  operations: 'operations',
};

const rule: Check = (value, report) => {
  for (const [field, entries] of Object.entries(wildcards)) {
    const all = listOf(value[field]);
    if (all.length === 0) report.required([field]);
    if (all.length > 1 && all.includes('*'))
      report.invalid([field], all, `if '*' is present, must not specify other ${entries}`);
  }
  for (const [index, operation] of listOf(value['operations']).entries())
    if (!operations.includes(String(operation)))
      report.unsupported(['operations', index], operation, operations);
  for (const [index, version] of listOf(value['apiVersions']).entries())
    if (version === '') report.required(['apiVersions', index]);
  const resources = listOf(value['resources']);
  if (resources.length === 0) report.required(['resources']);
  for (const [index, resource] of resources.entries())
    if (resource === '') report.required(['resources', index]);
  if (resources.length > 1 && resources.includes('*/*')) {
    const why = "if '*/*' is present, must not specify other resources";
    report.invalid(['resources'], resources, why);
  } else if (resources.includes('*') && resources.some((one) => one !== '*' && !String(one).includes('/'))) {
    const why = "if '*' is present, must not specify other resources without subresources";
    report.invalid(['resources'], resources, why);
  }
};

const ruleConstraints = {
  fields: { scope: { oneOf: ['*', 'Cluster', 'Namespaced'] } },
  checks: [rule],
} satisfies Constraints[string];

const policy: Check = (spec, report) => {
  const { paramKind, matchConstraints } = spec;
  for (const field of ['apiVersion', 'kind'])
    if (!isEmpty(paramKind) && isEmpty(fieldsOf(paramKind)[field])) report.required(['paramKind', field]);
  if (isEmpty(matchConstraints)) report.required(['matchConstraints']);
  else if (isEmpty(fieldsOf(matchConstraints)['resourceRules']))
    report.required(['matchConstraints', 'resourceRules']);
  reportConditions(['matchConditions'], spec['matchConditions'], report);
};

const validations: Check = (spec, report) => {
  if (isEmpty(spec['validations']) && isEmpty(spec['auditAnnotations'])) {
    const why = 'validations or auditAnnotations must be non-empty';
    report.required(['validations'], `${why}`);
    report.required(['auditAnnotations'], `${why}`);
  }
  for (const [index, { expression, message }] of itemsOf(spec['validations'])) {
    if ((textOf(expression)?.trim() ?? '') === '')
      report.required(['validations', index, 'expression'], 'expression is not specified');
    if (typeof message === 'string' && message !== '' && message.trim() === '')
      report.invalid(['validations', index, 'message'], message, 'message must be non-empty if specified');
    if (typeof message === 'string' && message.trim().includes('\n'))
      report.invalid(['validations', index, 'message'], message, 'message must not contain line breaks');
  }
};

const actions: Check = (spec, report) => {
  const all = listOf(spec['validationActions']);
  if (all.length === 0) report.required(['validationActions'], 'at least one validation action is required');
  for (const [index, action] of all.entries())
    if (all.indexOf(action) < index) report.duplicate(['validationActions', index], action);
  if (all.includes('Deny') && all.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    report.invalid(['validationActions'], all, why);
  }
};

const parameterReference: Check = (reference, report) => {
  const { name, selector } = reference;
  const why = 'one of name or selector must be specified';
  if (isEmpty(name) && isEmpty(selector)) report.required([], why);
  if (!isEmpty(name) && !isEmpty(selector))
    report.forbidden(['name'], 'name and selector are mutually exclusive');
  if (isEmpty(reference['parameterNotFoundAction'])) report.required(['parameterNotFoundAction']);
  const wrong = typeof name === 'string' && name !== '' ? formats.pathSegment(name) : undefined;
  if (wrong !== undefined) report.invalid(['name'], name, wrong);
};

const bindingFields = { policyName: { required: true, format: 'dns1123Subdomain' } } as const;

export const admissionConstraints: Constraints = {
  [admissionregistration('ValidatingWebhookConfiguration')]: { checks: [hooks] },
  [admissionregistration('MutatingWebhookConfiguration')]: { checks: [hooks] },
  [admissionregistration('ValidatingWebhook')]: {
    fields: { failurePolicy, matchPolicy, sideEffects: { oneOf: ['None', 'NoneOnDryRun'] } },
  },
  [admissionregistration('MutatingWebhook')]: {
    fields: {
      failurePolicy,
      matchPolicy,
      reinvocationPolicy,
      sideEffects: { oneOf: ['None', 'NoneOnDryRun'] },
    },
  },
  [admissionregistration('ServiceReference')]: {
    fields: {
      name: { required: true },
      namespace: { required: true },
      port: { min: 1, max: 65535, outOfBounds: 'port is not valid: must be between 1 and 65535, inclusive' },
    },
  },
  [admissionregistration('RuleWithOperations')]: ruleConstraints,
  [admissionregistration('NamedRuleWithOperations')]: ruleConstraints,
  [admissionregistration('MatchResources')]: { fields: { matchPolicy } },
  [admissionregistration('ValidatingAdmissionPolicySpec')]: {
    fields: { failurePolicy },
    checks: [policy, validations],
  },
  [admissionregistration('MutatingAdmissionPolicySpec')]: {
    fields: { failurePolicy, reinvocationPolicy, mutations: { required: true } },
    checks: [policy],
  },
  [admissionregistration('Mutation')]: {
    fields: { patchType: { required: true, oneOf: ['ApplyConfiguration', 'JSONPatch'] } },
  },
  [admissionregistration('ValidatingAdmissionPolicyBindingSpec')]: {
    fields: {
      ...bindingFields,
      validationActions: { items: { oneOf: ['Audit', 'Deny', 'Warn'] } },
    },
    checks: [actions],
  },
  [admissionregistration('MutatingAdmissionPolicyBindingSpec')]: { fields: bindingFields },
  [admissionregistration('ParamRef')]: {
    fields: { parameterNotFoundAction: { oneOf: ['Allow', 'Deny'] } },
    checks: [parameterReference],
  },
};
