/** Which nodes a pod may run on: tolerations, affinity, topology spread. */
import { core } from './definition-names.ts';
import type { FieldPath } from './field-path.ts';
import { formats } from './formats.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Reporter, Rule } from './rule.ts';

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const weight: Rule = { min: 1, max: 100, zero: 'checked', outOfBounds: 'must be in the range 1-100' };
const inclusion: Rule = { oneOf: ['Honor', 'Ignore'] };
const integerPattern = /^(0|-?[1-9][0-9]{0,18})$/;

const toleration: Check = (value, report) => {
  const { key, effect, tolerationSeconds } = value;
  const operator = textOf(value['operator']) ?? '';
  const expected = textOf(value['value']) ?? '';
  if (isEmpty(key) && operator !== 'Exists') {
    const rule = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    report.invalid(['operator'], operator, rule);
  }
  if (tolerationSeconds !== undefined && tolerationSeconds !== null && effect !== 'NoExecute')
    report.invalid(['effect'], effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
  const at = report.showing(['operator']);
  if (operator === 'Exists' && expected !== '')
    at.invalid(['value'], expected, "value must be empty when `operator` is 'Exists'");
  if (operator === '' || operator === 'Equal') at.format(['value'], expected, 'labelValue');
  if ((operator === 'Gt' || operator === 'Lt') && !integerPattern.test(expected)) {
    at.invalid(['value'], expected, "value must be an integer when `operator` is 'Gt' or 'Lt'");
  }
};

/** How many values each operator of a node selector takes. */
const valueRules: Readonly<
  Record<string, readonly [(count: number) => boolean, 'required' | 'forbidden', string]>
> = {
  In: [(count) => count > 0, 'required', "must be specified when `operator` is 'In' or 'NotIn'"],
  NotIn: [(count) => count > 0, 'required', "must be specified when `operator` is 'In' or 'NotIn'"],
  Gt: [(count) => count === 1, 'required', "must be specified single value when `operator` is 'Lt' or 'Gt'"],
  Lt: [(count) => count === 1, 'required', "must be specified single value when `operator` is 'Lt' or 'Gt'"],
  Exists: [
    (count) => count === 0,
    'forbidden',
    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
  ],
  DoesNotExist: [
    (count) => count === 0,
    'forbidden',
    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
  ],
};

function nodeLabelRequirement(requirement: Fields, path: FieldPath, report: Reporter): void {
  const [operator, values] = [textOf(requirement['operator']) ?? '', listOf(requirement['values'])];
  const rule = valueRules[operator];
  if (rule === undefined) report.invalid([...path, 'operator'], operator, 'not a valid selector operator');
  else if (!rule[0](values.length)) report[rule[1]]([...path, 'values'], rule[2]);
  const key = textOf(requirement['key']) ?? '';
  const wrong = formats.qualifiedName(key);
  if (wrong !== undefined) report.invalid([...path, 'key'], key, wrong);
}

/** By fields a node can only be chosen by its name. */
function nodeFieldRequirement(requirement: Fields, path: FieldPath, report: Reporter): void {
  const [operator, values] = [textOf(requirement['operator']) ?? '', listOf(requirement['values'])];
  if (operator !== 'In' && operator !== 'NotIn')
    report.invalid([...path, 'operator'], operator, 'not a valid selector operator');
  else if (values.length !== 1) {
    const rule = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    report.required([...path, 'values'], rule);
  }
  const { key } = requirement;
  if (key !== 'metadata.name') report.invalid([...path, 'key'], key ?? '', 'not a valid field selector key');
  else values.forEach((value, index) => report.format([...path, 'values', index], value, 'dns1123Subdomain'));
}

const nodeTerm: Check = (term, report) => {
  for (const [index, requirement] of itemsOf(term['matchExpressions']))
    nodeLabelRequirement(requirement, ['matchExpressions', index], report);
  for (const [index, requirement] of itemsOf(term['matchFields']))
    nodeFieldRequirement(requirement, ['matchFields', index], report);
};

/** Only what is required of a node has to be a possible label; what is preferred may be anything. */
const requiredLabels: Check = (selector, report) => {
  for (const [index, term] of itemsOf(selector['nodeSelectorTerms'])) {
    for (const [position, requirement] of itemsOf(term['matchExpressions'])) {
      const path = ['nodeSelectorTerms', index, 'matchExpressions', position, 'values'];
      listOf(requirement['values']).forEach((value, at) => report.format([...path, at], value, 'labelValue'));
    }
  }
};

function reportLabelKeys(term: Fields, field: string, report: Reporter): void {
  const keys = listOf(term[field]);
  if (keys.length === 0) return;
  if (!isFields(term['labelSelector'])) {
    report.forbidden([field], 'must not be specified when labelSelector is not set');
    return;
  }
  for (const [index, key] of keys.entries()) {
    const wrong = typeof key === 'string' ? formats.qualifiedName(key) : undefined;
    if (wrong !== undefined) report.invalid([field, index], key, wrong);
  }
}

const podTerm: Check = (term, report) => {
  for (const [index, name] of listOf(term['namespaces']).entries())
    report.showing(['namespace']).format(['namespaces', index], name, 'dns1123Label');
  reportLabelKeys(term, 'matchLabelKeys', report);
  reportLabelKeys(term, 'mismatchLabelKeys', report);
  const mismatch = new Set(listOf(term['mismatchLabelKeys']));
  const labels = fieldsOf(fieldsOf(term['labelSelector'])['matchLabels']);
  for (const [index, key] of listOf(term['matchLabelKeys']).entries()) {
    if (mismatch.has(key))
      report.invalid(['matchLabelKeys', index], key, 'exists in both matchLabelKeys and mismatchLabelKeys');
    if (typeof key === 'string' && Object.hasOwn(labels, key)) {
      const rule = 'exists in both matchLabelKeys and labelSelector';
      report.showing([index]).invalid(['matchLabelKeys', index], key, rule);
    }
  }
};

const spread: Check = (constraint, report) => {
  const action = textOf(constraint['whenUnsatisfiable']) ?? '';
  const domains = numberOf(constraint['minDomains']);
  if (domains !== undefined && action !== 'DoNotSchedule') {
    const rule = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
    report.invalid(['minDomains'], domains, rule);
  }
  reportLabelKeys(constraint, 'matchLabelKeys', report);
  const labels = fieldsOf(fieldsOf(constraint['labelSelector'])['matchLabels']);
  for (const [index, key] of listOf(constraint['matchLabelKeys']).entries()) {
    if (typeof key === 'string' && Object.hasOwn(labels, key))
      report.invalid(['matchLabelKeys', index], key, 'exists in both matchLabelKeys and labelSelector');
  }
};

/** One constraint per topology key and action. */
export const spreadOnce: Check = (spec, report) => {
  const constraints = itemsOf(spec['topologySpreadConstraints']);
  const pair = ({ topologyKey, whenUnsatisfiable }: Fields): string =>
    `{${textOf(topologyKey) ?? ''}, ${textOf(whenUnsatisfiable) ?? ''}}`;
  for (const [position, [index, constraint]] of constraints.entries()) {
    const name = pair(constraint);
    if (!constraints.slice(position + 1).some(([, other]) => pair(other) === name)) continue;
    report
      .showing(['topologySpreadConstraints', index, '{topologyKey, whenUnsatisfiable}'])
      .duplicate(['topologySpreadConstraints', index], name);
  }
};

export const schedulingConstraints: Constraints = {
  [core('Toleration')]: {
    fields: {
      key: { format: 'qualifiedName' },
      operator: { oneOf: ['Equal', 'Exists', 'Lt', 'Gt'] },
      effect: { oneOf: taintEffects },
    },
    checks: [toleration],
  },
  [core('Taint')]: {
    fields: {
      key: { required: true, format: 'qualifiedName' },
      value: { format: 'labelValue' },
      effect: { required: true, oneOf: taintEffects },
    },
  },
  [core('TopologySpreadConstraint')]: {
    fields: {
      maxSkew: { min: 1, zero: 'checked', outOfBounds: 'must be greater than zero' },
      topologyKey: { required: 'can not be empty' },
      whenUnsatisfiable: { required: true, oneOf: ['DoNotSchedule', 'ScheduleAnyway'] },
      minDomains: { min: 1, outOfBounds: 'must be greater than zero' },
      nodeAffinityPolicy: inclusion,
      nodeTaintsPolicy: inclusion,
    },
    checks: [spread],
  },
  [core('NodeSelector')]: {
    fields: { nodeSelectorTerms: { required: 'must have at least one node selector term' } },
    checks: [requiredLabels],
  },
  [core('NodeSelectorTerm')]: { checks: [nodeTerm] },
  [core('PreferredSchedulingTerm')]: { fields: { weight } },
  [core('WeightedPodAffinityTerm')]: { fields: { weight } },
  [core('PodAffinityTerm')]: {
    fields: { topologyKey: { required: 'can not be empty', format: 'qualifiedName' } },
    checks: [podTerm],
  },
};
