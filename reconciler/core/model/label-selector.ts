/** Label selectors, as meta/v1 defines them. */
import type { LabelSelector, LabelSelectorRequirement } from '../../../schemas/kubernetes/types/meta-v1.ts';

type Labels = Readonly<Record<string, string>>;

const none: Labels = {};

/** Whether `labels` satisfy `selector`. No selector selects nothing, an empty one selects everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  const given = labels ?? none;
  const { matchLabels, matchExpressions } = selector;
  if (matchLabels !== undefined && !hasLabels(matchLabels, given)) return false;
  return (matchExpressions ?? []).every((requirement) => satisfies(requirement, given));
}

/** Whether the selector has no requirement at all. */
export function selectsEverything(selector: LabelSelector): boolean {
  return (
    Object.keys(selector.matchLabels ?? none).length === 0 && (selector.matchExpressions ?? []).length === 0
  );
}

/** Whether every label of `wanted` is there with the same value: the selector of a Service. */
export function hasLabels(wanted: Labels, labels: Labels | undefined): boolean {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}

/** An operator outside the four is refused by validation; here it selects nothing. */
function satisfies(requirement: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labels[requirement.key];
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
