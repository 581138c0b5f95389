/** A label selector made ready to be asked often. */
import type { LabelSelector } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { selects } from '../../model/label-selector.ts';

export type Labels = Readonly<Record<string, string>>;

export type LabelMatcher = (labels: Labels) => boolean;

/** No selector selects nothing. */
export function labelMatcher(selector: LabelSelector | undefined): LabelMatcher {
  if (selector === undefined) return () => false;
  if ((selector.matchExpressions ?? []).length > 0) return (labels) => selects(selector, labels);
  const wanted = Object.entries(selector.matchLabels ?? {});
  const [first] = wanted;
  if (first !== undefined && wanted.length === 1) {
    const [key, value] = first;
    return (labels) => labels[key] === value;
  }
  return (labels) => wanted.every(([key, value]) => labels[key] === value);
}

/**
 * The selector with what `matchLabelKeys` and `mismatchLabelKeys` stand for: the pod's own values of these labels.
 * Keys that the pod does not have say nothing. Doing it twice changes nothing that matches.
 */
export function withLabelKeys(
  selector: LabelSelector | undefined,
  labels: Labels,
  match: readonly string[] | undefined,
  mismatch: readonly string[] | undefined,
): LabelSelector | undefined {
  if (selector === undefined) return undefined;
  const expressions = (keys: readonly string[] | undefined, operator: 'In' | 'NotIn') =>
    (keys ?? []).flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const added = [...expressions(match, 'In'), ...expressions(mismatch, 'NotIn')];
  if (added.length === 0) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] };
}
