/** Resource quotas and limit ranges. */
import { core } from './definition-names.ts';
import { type Fields, fieldsOf, isEmpty, itemsOf, listOf, textOf } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

const containerResources = ['cpu', 'memory', 'ephemeral-storage'];
const standardResources = [...containerResources, 'storage'];
const computeQuota = [
  'cpu',
  'limits.cpu',
  'limits.memory',
  'memory',
  'pods',
  'requests.cpu',
  'requests.memory',
];
const quotaResources: ReadonlySet<string> = new Set([
  ...computeQuota,
  'configmaps',
  'ephemeral-storage',
  'limits.ephemeral-storage',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'requests.ephemeral-storage',
  'requests.storage',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);
/** Resources that are counted, not measured. */
const countedResources: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);
/** Scopes with the resources that they can limit; all compute resources where none are named. */
const scopes: Readonly<Record<string, readonly string[]>> = {
  BestEffort: ['pods'],
  CrossNamespacePodAffinity: computeQuota,
  NotBestEffort: computeQuota,
  NotTerminating: computeQuota,
  PriorityClass: computeQuota,
  Terminating: computeQuota,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};
const existenceScopes = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'Terminating',
];
const contraryScopes = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

const quotaNames: Check = (spec, report) => {
  for (const [key, value] of Object.entries(fieldsOf(spec['hard']))) {
    const path = ['hard', { key }];
    if (!key.includes('/') && !quotaResources.has(key) && !key.includes('hugepages-'))
      report.invalid(path, key, 'must be a standard resource for quota');
    const amount = quantityValue(value);
    const counted = countedResources.has(key) || key.startsWith('count/');
    if (counted && amount !== undefined && !Number.isInteger(amount))
      report.invalid(path, value, 'must be an integer');
  }
};

const quotaScopes: Check = (spec, report) => {
  const named = listOf(spec['scopes']);
  const hard = Object.keys(fieldsOf(spec['hard'])).filter((name) => quotaResources.has(name));
  for (const scope of named) {
    const limited = scopes[String(scope)];
    if (limited === undefined) report.invalid(['scopes'], named, 'unsupported scope');
    if (hard.some((name) => limited?.includes(name) === false))
      report.invalid(['scopes'], named, 'unsupported scope applied to resource');
  }
  reportContrary(['scopes'], named, named, report);
  const path = ['scopeSelector', 'matchExpressions'];
  const expressions = itemsOf(fieldsOf(spec['scopeSelector'])['matchExpressions']);
  for (const [index, one] of expressions) reportScope([...path, index], one, hard, report);
  const selected = expressions.map(([, one]) => one['scopeName']);
  reportContrary(path, selected, fieldsOf(spec['scopeSelector'])['matchExpressions'], report);
};

function reportContrary(
  path: readonly string[],
  named: readonly unknown[],
  shown: unknown,
  report: Reporter,
): void {
  for (const [one, other] of contraryScopes)
    if (named.includes(one) && named.includes(other)) report.invalid(path, shown, 'conflicting scopes');
}

function reportScope(
  path: readonly (string | number)[],
  { scopeName, operator, values }: Fields,
  hard: readonly string[],
  report: Reporter,
): void {
  const scope = textOf(scopeName) ?? '';
  const limited = scopes[scope];
  if (limited === undefined) report.invalid([...path, 'scopeName'], scope, 'unsupported scope');
  if (hard.some((name) => limited?.includes(name) === false))
    report.invalid(path, scope, 'unsupported scope applied to resource');
  if (existenceScopes.includes(scope) && operator !== 'Exists') {
    const why =
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
      'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity';
    report.invalid([...path, 'operator'], operator ?? '', why);
  }
  if (operator === 'In' || operator === 'NotIn') {
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (isEmpty(values)) report.required([...path, 'values'], why);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (!isEmpty(values)) report.invalid([...path, 'values'], values, why);
  } else {
    report.invalid([...path, 'operator'], operator ?? '', 'not a valid selector operator');
  }
}

const limitTypes = ['Container', 'PersistentVolumeClaim', 'Pod'];
const limitFields = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

const limitType: Check = (item, report) => {
  const type = textOf(item['type']) ?? '';
  if (type !== '' && !type.includes('/') && !limitTypes.includes(type))
    report.invalid(['type'], type, 'must be a standard limit type or fully qualified');
  for (const field of ['default', 'defaultRequest']) {
    if (type === 'Pod' && Object.keys(fieldsOf(item[field])).length > 0)
      report.forbidden([field], "may not be specified when `type` is 'Pod'");
  }
  const [least, most] = [fieldsOf(item['min']), fieldsOf(item['max'])];
  if (type === 'PersistentVolumeClaim' && isEmpty(least['storage']) && isEmpty(most['storage'])) {
    const why = 'either minimum or maximum storage value is required, but neither was provided';
    report.required(['limits'], why);
  }
  for (const field of limitFields)
    for (const key of Object.keys(fieldsOf(item[field])))
      if (!key.includes('/')) reportLimitName([field, { key }], key, type, report);
};

function reportLimitName(
  path: readonly (string | { readonly key: string })[],
  name: string,
  type: string,
  report: Reporter,
): void {
  const hugePages = name.startsWith('hugepages-');
  if (type === 'Container' || type === 'Pod') {
    if (!containerResources.includes(name) && !hugePages)
      report.invalid(path, name, 'must be a standard resource for containers');
  } else if (!standardResources.includes(name) && !hugePages) {
    report.invalid(path, name, 'must be a standard resource type or fully qualified');
  }
}

/** Pairs of which the first may not be greater than the second: where it is told, and in which words. */
const ordered = [
  ['min', 'max', 'min', 'min value', 'max value'],
  ['min', 'defaultRequest', 'defaultRequest', 'min value', 'default request value'],
  ['defaultRequest', 'max', 'defaultRequest', 'default request value', 'max value'],
  ['defaultRequest', 'default', 'defaultRequest', 'default request value', 'default limit value'],
  ['min', 'default', 'default', 'min value', 'default value'],
  ['default', 'max', 'default', 'default value', 'max value'],
] as const;
/** The value which the message shows, where it is not the one at fault. */
const shownInstead: Readonly<Record<string, string>> = { 'min default': 'min', 'default max': 'max' };

const limitOrder: Check = (item, report) => {
  const keys = new Set(limitFields.flatMap((field) => Object.keys(fieldsOf(item[field]))));
  for (const key of [...keys].sort()) {
    const at = (field: string): unknown => fieldsOf(item[field])[key];
    for (const [low, high, where, lowName, highName] of ordered) {
      const [lower, upper] = [quantityValue(at(low)), quantityValue(at(high))];
      if (lower === undefined || upper === undefined || lower <= upper) continue;
      const shown = at(shownInstead[`${low} ${high}`] ?? where);
      const why = `${lowName} ${String(at(low))} is greater than ${highName} ${String(at(high))}`;
      report.invalid([where, { key }], shown, why);
    }
    reportRatio(key, at, report);
  }
};

function reportRatio(key: string, at: (field: string) => unknown, report: Reporter): void {
  const ratio = quantityValue(at('maxLimitRequestRatio'));
  if (ratio === undefined) return;
  const path = ['maxLimitRequestRatio', { key }];
  const shown = at('maxLimitRequestRatio');
  if (ratio < 1) report.invalid(path, shown, `ratio ${String(shown)} is less than 1`);
  const [least, most] = [quantityValue(at('min')), quantityValue(at('max'))];
  if (least === undefined || most === undefined || ratio <= most / least) return;
  report.invalid(
    path,
    shown,
    `ratio ${String(shown)} is greater than max/min = ${(most / least).toFixed(6)}`,
  );
}

/** One entry per type. */
const limitTypesOnce: Check = (spec, report) => {
  const seen = new Set<unknown>();
  for (const [index, item] of itemsOf(spec['limits'])) {
    if (seen.has(item['type'])) report.duplicate(['limits', index, 'type'], item['type']);
    seen.add(item['type']);
  }
};

export const quotaConstraints: Constraints = {
  [core('ResourceQuotaSpec')]: {
    fields: { hard: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } } },
    checks: [quotaNames, quotaScopes],
  },
  [core('LimitRangeSpec')]: { checks: [limitTypesOnce] },
  [core('LimitRangeItem')]: {
    fields: {
      type: { required: true, format: 'qualifiedName' },
      max: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
      min: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
      default: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
      defaultRequest: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
      maxLimitRequestRatio: { keys: 'qualifiedName', values: { format: 'nonNegativeQuantity' } },
    },
    checks: [limitType, limitOrder],
  },
};
