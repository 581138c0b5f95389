/** Whether one policy rule allows one request: RBAC's matching of verbs, groups, resources, names and paths. */
import type { PolicyRule } from '../../../schemas/kubernetes/types/rbac-v1.ts';
import type { Attributes } from './attributes.ts';

const none: readonly string[] = [];

/** Whether any of `rules` allows what is asked. */
export function rulesAllow(attributes: Attributes, rules: readonly PolicyRule[]): boolean {
  return rules.some((rule) => ruleAllows(attributes, rule));
}

export function ruleAllows(attributes: Attributes, rule: PolicyRule): boolean {
  const { verb, path } = attributes;
  if (!rule.verbs.includes('*') && !rule.verbs.includes(verb)) return false;
  return path === undefined ? resourceAllowed(attributes, rule) : pathAllowed(path, rule);
}

function resourceAllowed(attributes: Attributes, rule: PolicyRule): boolean {
  const { group, name } = attributes;
  const { apiGroups = none, resourceNames = none } = rule;
  if (!apiGroups.includes(group) && !apiGroups.includes('*')) return false;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  return resourceMatches(attributes, rule.resources ?? none);
}

function resourceMatches({ resource, subresource }: Attributes, resources: readonly string[]): boolean {
  if (resources.includes('*')) return true;
  if (subresource === '') return resources.includes(resource);
  return resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

function pathAllowed(path: string, rule: PolicyRule): boolean {
  return (rule.nonResourceURLs ?? none).some((url) => urlCovers(url, path));
}

/** `*` covers every path, `/healthz/*` what begins with it; anything else itself. */
export function urlCovers(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  return url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''));
}
