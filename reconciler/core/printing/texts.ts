/** Texts that cells of several kinds share: labels, selectors, lists cut short, containers. */
import type { Container } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../../schemas/kubernetes/types/meta-v1.ts';

export const none = '<none>';
export const unset = '<unset>';
export const unknown = '<unknown>';

/** `a=1,b=2`, sorted by key; `<none>` where there are none. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? none : pairs.sort().join(',');
}

/** A selector as `-l` takes it: `app=web,tier in (a,b),!old`, sorted by key; empty where it demands nothing. */
export function selectorText(selector: LabelSelector | undefined): string {
  const requirements = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...(selector?.matchExpressions ?? []).map((entry) => ({ key: entry.key, text: requirementText(entry) })),
  ];
  return requirements
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

/** As `selectorText`, `<none>` where it demands nothing. */
export function selectorOrNone(selector: LabelSelector | undefined): string {
  return selectorText(selector) || none;
}

/** The first `max` items, and how many more there are. */
export function cutList(items: readonly string[], max: number, separator = ','): string {
  const shown = items.slice(0, max).join(separator);
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
}

interface PodTemplateLike {
  readonly spec?: { readonly containers?: readonly Container[] };
}

/** Names of a template's containers. */
export function containerNames(template: PodTemplateLike | undefined): string {
  return (template?.spec?.containers ?? []).map(({ name }) => name).join(',');
}

/** Images of a template's containers. */
export function containerImages(template: PodTemplateLike | undefined): string {
  return (template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(',');
}

function requirementText({ key, operator, values }: LabelSelectorRequirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return `${key} ${operator.toLowerCase()} (${[...(values ?? [])].sort().join(',')})`;
  }
}
