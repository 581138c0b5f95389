/** Which failures of a job's pods count, and which pods are enough for its success. */
import type { FieldPath } from './field-path.ts';
import { formats } from './formats.ts';
import { countIndexes } from './index-intervals.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Reporter } from './rule.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];
const rulesMax = 20;
const patternsMax = 20;
const exitCodesMax = 255;
const indexesBytesMax = 64 * 1024;

/** A list as Go prints it: `["In" "NotIn"]`. */
function quoted(values: readonly string[]): string {
  return `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}

/** Reports a rule of a podFailurePolicy that names no failure, or one that cannot happen. */
export const failurePolicy: Check = (spec, report) => {
  const rules = itemsOf(fieldsOf(spec['podFailurePolicy'])['rules']);
  if (rules.length > rulesMax) report.tooMany(['podFailurePolicy', 'rules'], rules.length, rulesMax);
  for (const [index, rule] of rules) reportRule(spec, rule, ['podFailurePolicy', 'rules', index], report);
};

function reportRule(spec: Fields, rule: Fields, at: FieldPath, report: Reporter): void {
  const action = textOf(rule['action']) ?? '';
  if (action === '') report.required([...at, 'action'], quoted(actions));
  else if (!actions.includes(action)) report.unsupported([...at, 'action'], action, actions);
  else if (action === 'FailIndex' && isEmpty(spec['backoffLimitPerIndex']))
    report.invalid([...at, 'action'], action, 'requires the backoffLimitPerIndex to be set');
  const { onExitCodes, onPodConditions } = rule;
  if (isFields(onExitCodes)) reportExitCodes(spec, onExitCodes, [...at, 'onExitCodes'], report);
  reportConditions(onPodConditions, [...at, 'onPodConditions'], report);
  const [exits, conditions] = [isFields(onExitCodes), !isEmpty(onPodConditions)];
  if (exits && conditions)
    report.invalidHere(at, 'specifying both OnExitCodes and OnPodConditions is not supported');
  if (!exits && !conditions)
    report.invalidHere(at, 'specifying one of OnExitCodes and OnPodConditions is required');
}

function reportConditions(patterns: unknown, at: FieldPath, report: Reporter): void {
  const count = listOf(patterns).length;
  if (count > patternsMax) report.tooMany(at, count, patternsMax);
  for (const [index, pattern] of itemsOf(patterns)) {
    const type = textOf(pattern['type']) ?? '';
    const wrong = formats.qualifiedName(type);
    if (wrong !== undefined) report.invalid([...at, index, 'type'], type, wrong);
    const status = textOf(pattern['status']) ?? '';
    if (status !== '' && !statuses.includes(status))
      report.unsupported([...at, index, 'status'], status, statuses);
  }
}

function reportExitCodes(spec: Fields, codes: Fields, at: FieldPath, report: Reporter): void {
  const operator = textOf(codes['operator']) ?? '';
  if (operator === '') report.required([...at, 'operator'], quoted(operators));
  else if (!operators.includes(operator)) report.unsupported([...at, 'operator'], operator, operators);
  const name = textOf(codes['containerName']);
  const pod = fieldsOf(fieldsOf(spec['template'])['spec']);
  const containers = [...itemsOf(pod['containers']), ...itemsOf(pod['initContainers'])];
  if (name !== undefined && !containers.some(([, container]) => container['name'] === name)) {
    const rule = 'must be one of the container or initContainer names in the pod template';
    report.invalid([...at, 'containerName'], name, rule);
  }
  const values = listOf(codes['values']);
  if (values.length === 0) report.invalid([...at, 'values'], values, 'at least one value is required');
  if (values.length > exitCodesMax) report.tooMany([...at, 'values'], values.length, exitCodesMax);
  const seen = new Set<unknown>();
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      report.invalid([...at, 'values', index], value, 'must not be 0 for the In operator');
    if (seen.has(value)) report.duplicate([...at, 'values', index], value);
    seen.add(value);
  }
  const ordered = values.every((value, index) => index === 0 || Number(values[index - 1]) <= Number(value));
  if (!ordered) report.invalid([...at, 'values'], values, 'must be ordered');
}

/** Reports a rule of a successPolicy that no set of the job's indexes could meet. */
export const successPolicy: Check = (spec, report) => {
  const policy = spec['successPolicy'];
  if (!isFields(policy) || spec['completionMode'] !== 'Indexed') return;
  const rules = itemsOf(policy['rules']);
  if (rules.length === 0) {
    const rule = 'at least one rules must be specified when the successPolicy is specified';
    report.required(['successPolicy', 'rules'], rule);
  }
  if (rules.length > rulesMax) report.tooMany(['successPolicy', 'rules'], rules.length, rulesMax);
  for (const [index, rule] of rules)
    reportSuccessRule(numberOf(spec['completions']) ?? 0, rule, ['successPolicy', 'rules', index], report);
};

function reportSuccessRule(completions: number, rule: Fields, at: FieldPath, report: Reporter): void {
  const [count, indexes] = [numberOf(rule['succeededCount']), textOf(rule['succeededIndexes'])];
  if (count === undefined && indexes === undefined)
    report.required(at, 'at least one of succeededCount or succeededIndexes must be specified');
  let total: number | undefined;
  if (indexes !== undefined) {
    const path = [...at, 'succeededIndexes'];
    if (indexes.length > indexesBytesMax) report.tooLong(path, indexesBytesMax);
    const counted = countIndexes(indexes, completions);
    if (typeof counted === 'string')
      report.invalid(path, indexes, `error parsing succeededIndexes: ${counted}`);
    total = typeof counted === 'string' ? 0 : counted;
  }
  if (count === undefined) return;
  const path = [...at, 'succeededCount'];
  if (count < 0) report.invalid(path, count, 'must be greater than or equal to 0');
  if (count > completions) {
    const bound = `must be less than or equal to ${completions} (the number of specified completions)`;
    report.invalid(path, count, bound);
  }
  if (total !== undefined && count > total) {
    const bound = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    report.invalid(path, count, bound);
  }
}
