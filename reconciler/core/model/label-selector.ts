/** Label selectors, as meta/v1 defines them. */
import type { LabelSelector } from '../../../schemas/kubernetes/types/meta-v1.ts';
import { selects as matches } from '../../../schemas/validation/label-selector.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether `labels` satisfy `selector`. No selector selects nothing, an empty one selects everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined) return false;
  // Most selectors are plain labels, and are asked of every pod of a set with each plan.
  const plain = (selector.matchExpressions ?? []).length === 0;
  return plain ? hasLabels(selector.matchLabels ?? {}, labels) : matches(selector, labels);
}

/** Whether every label of `wanted` is there with the same value: the selector of a Service. */
export function hasLabels(wanted: Labels, labels: Labels | undefined): boolean {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}
