/** Whether a label selector picks a set of labels (metav1.LabelSelector's rules). */
import { fieldsOf, isFields, listOf } from './loose.ts';

/** True where every label and every expression of the selector holds; an empty selector picks everything. */
export function selects(selector: unknown, labels: unknown): boolean {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  const present = fieldsOf(labels);
  const wanted = fieldsOf(matchLabels);
  for (const key in wanted) if (present[key] !== wanted[key]) return false;
  return listOf(matchExpressions).every((expression) => isFields(expression) && holds(expression, present));
}

/** Whether a selector names nothing at all. */
export function selectsEverything(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  return Object.keys(fieldsOf(matchLabels)).length === 0 && listOf(matchExpressions).length === 0;
}

function holds(
  expression: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, unknown>>,
): boolean {
  const { key, operator, values } = expression;
  const value = typeof key === 'string' ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && listOf(values).includes(value);
    case 'NotIn':
      return value === undefined || !listOf(values).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
