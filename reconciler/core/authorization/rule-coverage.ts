/** Whether somebody's rules cover other rules, as Kubernetes' RBAC compares them against escalation. */
import type { PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import { quoted } from './attributes.ts';
import { urlCovers } from './rule-match.ts';

const none: readonly string[] = [];

/** The parts of `wanted` that no rule of `held` covers, broken down to one verb, group, resource and name each. */
export function missingRules(
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !held.some((rule) => ruleCovers(rule, part)));
}

/** One rule for each combination of verb, group, resource and name, or of verb and path. */
export function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  // Rules are compared before validation has seen them: anything may be missing.
  const verbs = (rule.verbs as readonly string[] | undefined) ?? none;
  const apiGroups = rule.apiGroups ?? none;
  const resources = rule.resources ?? none;
  const resourceNames = rule.resourceNames ?? none;
  const nonResourceURLs = rule.nonResourceURLs ?? none;
  const parts: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (resourceNames.length === 0) parts.push(part);
        else parts.push(...resourceNames.map((name) => ({ ...part, resourceNames: [name] })));
      }
    }
  }
  for (const url of nonResourceURLs)
    parts.push(...verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })));
  return parts;
}

function ruleCovers(held: PolicyRule, part: PolicyRule): boolean {
  const names = held.resourceNames ?? none;
  const wantedNames = part.resourceNames ?? none;
  // A rule for some names does not cover one for all of them.
  const namesCovered = names.length === 0 || (wantedNames.length > 0 && hasAll(names, wantedNames));
  return (
    namesCovered &&
    coversAll(held.verbs, part.verbs) &&
    coversAll(held.apiGroups ?? none, part.apiGroups ?? none) &&
    resourcesCovered(held.resources ?? none, part.resources ?? none) &&
    (part.nonResourceURLs ?? none).every((path) =>
      (held.nonResourceURLs ?? none).some((url) => urlCovers(url, path)),
    )
  );
}

function hasAll(set: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((one) => set.includes(one));
}

function coversAll(set: readonly string[], wanted: readonly string[]): boolean {
  return set.includes('*') || hasAll(set, wanted);
}

function resourcesCovered(held: readonly string[], wanted: readonly string[]): boolean {
  if (held.includes('*')) return true;
  return wanted.every((resource) => {
    if (held.includes(resource)) return true;
    const slash = resource.indexOf('/');
    return slash >= 0 && held.includes(`*${resource.slice(slash)}`);
  });
}

/** Rules as the message about an escalation lists them: verbs of one resource together, sorted, one a line. */
export function rulesText(rules: readonly PolicyRule[]): string {
  return [...new Set(compacted(rules).map(ruleText))].sort().join('\n');
}

function compacted(parts: readonly PolicyRule[]): readonly PolicyRule[] {
  const byTarget = Map.groupBy(parts, ({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }) =>
    // Rules about paths stay as they are: Kubernetes joins the verbs of resources alone.
    JSON.stringify([apiGroups, resources, resourceNames, nonResourceURLs, nonResourceURLs && verbs]),
  );
  return [...byTarget.values()].map((same) => ({ ...same[0], verbs: same.flatMap(({ verbs }) => verbs) }));
}

function ruleText(rule: PolicyRule): string {
  const fields: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = fields.flatMap(([name, values]) =>
    values === undefined || values.length === 0 ? [] : [`${name}:${quotedList(values)}`],
  );
  return `{${shown.join(', ')}}`;
}

/** `["a" "b"]`, Go's %q of a list. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map(quoted).join(' ')}]`;
}
