/** API priority and fairness: flow schemas and priority levels. */
import { flowcontrol } from './definition-names.ts';
import { type Fields, fieldsOf, isEmpty, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

const precedenceMax = 10_000;
const queuesMax = 10_000_000;
/** The level of the system's own requests, which only this schema name may have precedence 1 for. */
const exempt = 'exempt';
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const subjectKinds = ['Group', 'ServiceAccount', 'User'];

type Path = readonly (string | number)[];

const flowSchema: Check = (schema, report) => {
  const spec = fieldsOf(schema['spec']);
  const precedence = numberOf(spec['matchingPrecedence']);
  const path = ['spec', 'matchingPrecedence'];
  if (precedence !== undefined && (precedence < 1 || precedence > precedenceMax))
    report.invalid(path, precedence, `must be between 1 and ${precedenceMax}, inclusive`);
  if (precedence === 1 && fieldsOf(schema['metadata'])['name'] !== exempt)
    report.invalid(path, 1, "only the schema named 'exempt' may have matchingPrecedence 1");
  const level = fieldsOf(spec['priorityLevelConfiguration'])['name'];
  if (isEmpty(level))
    report.required(['spec', 'priorityLevelConfiguration', 'name'], 'must reference a priority level');
  report.format(['spec', 'priorityLevelConfiguration', 'name'], level, 'dns1123Subdomain');
  for (const [index, rule] of itemsOf(spec['rules'])) reportRule(['spec', 'rules', index], rule, report);
};

function reportRule(path: Path, rule: Fields, report: Reporter): void {
  const { subjects, resourceRules, nonResourceRules } = rule;
  if (isEmpty(subjects)) report.required([...path, 'subjects'], 'subjects must contain at least one value');
  for (const [index, subject] of itemsOf(subjects))
    reportSubject([...path, 'subjects', index], subject, report);
  if (isEmpty(resourceRules) && isEmpty(nonResourceRules))
    report.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  for (const [index, one] of itemsOf(resourceRules)) {
    const at = [...path, 'resourceRules', index];
    reportVerbs([...at, 'verbs'], one['verbs'], report);
    reportWildcard(
      [...at, 'apiGroups'],
      one['apiGroups'],
      'resource rules must supply at least one api group',
      report,
    );
    reportWildcard(
      [...at, 'resources'],
      one['resources'],
      'resource rules must supply at least one resource',
      report,
    );
    if (isEmpty(one['namespaces']) && one['clusterScope'] !== true)
      report.required(
        [...at, 'namespaces'],
        'resource rules that are not cluster scoped must supply at least one namespace',
      );
  }
  for (const [index, one] of itemsOf(nonResourceRules)) {
    const at = [...path, 'nonResourceRules', index];
    reportVerbs([...at, 'verbs'], one['verbs'], report);
    if (isEmpty(one['nonResourceURLs']))
      report.required([...at, 'nonResourceURLs'], 'nonResourceURLs must contain at least one value');
  }
}

function reportSubject(path: Path, subject: Fields, report: Reporter): void {
  const kind = textOf(subject['kind']) ?? '';
  if (!subjectKinds.includes(kind)) {
    report.unsupported([...path, 'kind'], kind, subjectKinds);
    return;
  }
  const field = kind === 'ServiceAccount' ? 'serviceAccount' : kind.toLowerCase();
  if (isEmpty(subject[field]))
    report.required([...path, field], `${field} is required when subject kind is '${kind}'`);
  for (const other of ['group', 'serviceAccount', 'user'])
    if (other !== field && !isEmpty(subject[other]))
      report.forbidden(
        [...path, other],
        `${other} is forbidden when subject kind is not '${other === 'serviceAccount' ? 'ServiceAccount' : other === 'user' ? 'User' : 'Group'}'`,
      );
}

function reportVerbs(path: Path, value: unknown, report: Reporter): void {
  const named = listOf(value);
  if (named.length === 0) report.required(path, 'verbs must contain at least one value');
  else if (named.includes('*')) {
    if (named.length > 1) report.invalid(path, named, "if '*' is present, must not specify other verbs");
  } else if (named.some((verb) => !verbs.includes(String(verb)))) {
    report.unsupported(path, named, [...verbs, '*']);
  }
}

function reportWildcard(path: Path, value: unknown, missing: string, report: Reporter): void {
  const named = listOf(value);
  const what = path.at(-1) === 'apiGroups' ? 'api groups' : 'resources';
  if (named.length === 0) report.required(path, missing);
  else if (named.length > 1 && named.includes('*'))
    report.invalid(path, named, `if '*' is present, must not specify other ${what}`);
}

const level: Check = (spec, report) => {
  const { type, limited, exempt: free } = spec;
  if (type === 'Exempt' && !isEmpty(limited))
    report.forbidden(['limited'], 'must be nil if the type is not Limited');
  if (type === 'Limited' && isEmpty(limited))
    report.required(['limited'], 'must not be empty when type is Limited');
  if (type === 'Limited' && !isEmpty(free))
    report.forbidden(['exempt'], 'must be nil if the type is Limited');
};

const limitResponse: Check = (response, report) => {
  const { type, queuing } = response;
  if (type === 'Reject' && !isEmpty(queuing))
    report.forbidden(['queuing'], 'must be nil if limited.limitResponse.type is not Limited');
  if (type === 'Queue' && isEmpty(queuing))
    report.required(['queuing'], 'must not be empty if limited.limitResponse.type is Limited');
};

const queuing: Check = (value, report) => {
  const queues = numberOf(value['queues']);
  const hand = numberOf(value['handSize']);
  if (queues !== undefined && queues > queuesMax)
    report.invalid(['queues'], queues, 'must not be greater than 10000000');
  if (queues !== undefined && hand !== undefined && hand > queues) {
    const why = `should not be greater than queues (${queues})`;
    report.invalid(['handSize'], hand, why);
  }
};

const positive = { min: 1, outOfBounds: 'must be positive' };

export const flowConstraints: Constraints = {
  [flowcontrol('FlowSchema')]: { checks: [flowSchema] },
  [flowcontrol('FlowDistinguisherMethod')]: {
    fields: { type: { required: true, oneOf: ['ByNamespace', 'ByUser'] } },
  },
  [flowcontrol('PriorityLevelConfigurationSpec')]: {
    fields: { type: { required: true, oneOf: ['Exempt', 'Limited'] } },
    checks: [level],
  },
  [flowcontrol('LimitedPriorityLevelConfiguration')]: {
    fields: {
      nominalConcurrencyShares: { min: 0, outOfBounds: 'must be a non-negative integer' },
      lendablePercent: { min: 0, max: 100 },
      borrowingLimitPercent: { min: 0, outOfBounds: 'if specified, must be a non-negative integer' },
    },
  },
  [flowcontrol('LimitResponse')]: {
    fields: { type: { required: true, oneOf: ['Queue', 'Reject'] } },
    checks: [limitResponse],
  },
  [flowcontrol('QueuingConfiguration')]: {
    fields: { queueLengthLimit: positive, queues: positive, handSize: positive },
    checks: [queuing],
  },
};
