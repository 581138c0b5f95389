/**
 * CustomResourceDefinitions, as kube-apiserver's apiextensions validates them. Where all versions say the same of
 * something (one version always does), its problems are told at the place that the definition's internal form has for
 * it (`spec.validation`, `spec.subresources`, …); their steps lead to the first version all the same.
 */
import type { CustomResourceDefinition } from '../kubernetes/types/apiextensions-v1.ts';
import { definitionNameProblems } from './custom-resource-definition-names.ts';
import { versionsProblems } from './custom-resource-definition-versions.ts';
import { type FieldProblem, forbidden, invalid, required, unsupported } from './field-problem.ts';
import { formats } from './formats.ts';
import { fieldsOf, isEmpty, itemsOf } from './loose.ts';
import type { Check, Constraints } from './rule.ts';

const definition = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition';

const approvedAnnotation = 'api-approved.kubernetes.io';
const approvalPlace = 'see https://github.com/kubernetes/enhancements/pull/1111';
const scopes = ['Cluster', 'Namespaced'];

/** Groups that belong to the Kubernetes community, whose APIs are reviewed. */
function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((suffix) => group === suffix || group.endsWith(`.${suffix}`));
}

/** The rule of approval: what is wrong with the annotation of a definition in a protected group. */
export function approvalProblems(object: Readonly<Record<string, unknown>>): readonly FieldProblem[] {
  const group = fieldsOf(object['spec'])['group'];
  if (typeof group !== 'string' || !isProtectedGroup(group)) return [];
  const path = ['metadata', 'annotations', { key: approvedAnnotation }];
  const value = fieldsOf(fieldsOf(object['metadata'])['annotations'])[approvedAnnotation];
  const must = `protected groups must have approval annotation "${approvedAnnotation}"`;
  if (isEmpty(value)) return [required(path, `${must}, ${approvalPlace}`)];
  const text = String(value);
  if (text.startsWith('unapproved') || isUrl(text)) return [];
  return [
    invalid(path, text, `${must} with either a URL or a reason starting with "unapproved", ${approvalPlace}`),
  ];
}

function isUrl(text: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/\s]+/.test(text);
}

const checks: readonly Check[] = [
  (object, report) => {
    const problems = [...definitionNameProblems(object), ...approvalProblems(object)];
    report.problems.push(...problems, ...specProblems(fieldsOf(object['spec'])));
  },
];

function specProblems(spec: Readonly<Record<string, unknown>>): readonly FieldProblem[] {
  const { group, scope, preserveUnknownFields } = spec;
  const problems: FieldProblem[] = [];
  if (isEmpty(group)) problems.push(required(['spec', 'group']));
  else if (typeof group === 'string') {
    const wrong = formats.dns1123Subdomain(group);
    if (wrong !== undefined) problems.push(invalid(['spec', 'group'], group, wrong));
    else if (!group.includes('.'))
      problems.push(invalid(['spec', 'group'], group, 'should be a domain with at least one dot'));
  }
  if (isEmpty(scope)) problems.push(required(['spec', 'scope']));
  else if (!scopes.includes(String(scope))) problems.push(unsupported(['spec', 'scope'], scope, scopes));
  if (preserveUnknownFields === true) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    problems.push(invalid(['spec', 'preserveUnknownFields'], true, why));
  }
  return [...problems, ...conversionProblems(spec), ...versionsOf(spec)];
}

/** Versions whose types the JSON Schema has refused already are not looked into. */
function versionsOf(spec: Readonly<Record<string, unknown>>): readonly FieldProblem[] {
  const versions = itemsOf(spec['versions']);
  const sound = versions.every(([, version]) => typeof version['name'] === 'string');
  return sound ? versionsProblems(spec as unknown as CustomResourceDefinition['spec']) : [];
}

function conversionProblems(spec: Readonly<Record<string, unknown>>): readonly FieldProblem[] {
  const conversion = fieldsOf(spec['conversion']);
  const { strategy, webhook } = conversion;
  const path = ['spec', 'conversion'];
  if (spec['conversion'] === undefined) return [];
  if (isEmpty(strategy)) return [required([...path, 'strategy'])];
  if (strategy === 'Webhook') {
    const why =
      'conversion by webhook is not built yet: use None, with versions that differ in their schemas alone';
    return [forbidden([...path, 'strategy'], why)];
  }
  if (strategy !== 'None') return [unsupported([...path, 'strategy'], strategy, ['None', 'Webhook'])];
  if (webhook === undefined) return [];
  return [forbidden([...path, 'webhook'], 'should not be set when strategy is not set to Webhook')];
}

export const customResourceDefinitionConstraints: Constraints = { [definition]: { checks } };
