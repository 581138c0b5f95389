/** Kubernetes' rules of updates of ConfigMaps, Secrets, quotas and nodes. */
import type { Node, ResourceQuota } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { fieldsOf, itemsOf } from '../../../../schemas/validation/loose.ts';
import { Reporter } from '../../../../schemas/validation/rule.ts';
import type { KubeObject } from '../../model/object.ts';
import { reportImmutable, statusOf } from './immutable.ts';
import { semanticallyEqual } from './semantic-equal.ts';
import type { UpdateRule, UpdateRules } from './update-rule.ts';

/** Content that was made to stay stays, and so does its staying. */
function sealed(...fields: readonly string[]): UpdateRule {
  return (after, before) => {
    const problems: FieldProblem[] = [];
    const report = new Reporter(problems, []);
    const [next, old] = [fieldsOf(after), fieldsOf(before)];
    if (old['immutable'] !== true) return problems;
    const why = 'field is immutable when `immutable` is set';
    if (next['immutable'] !== true) report.forbidden(['immutable'], why);
    for (const field of fields)
      if (!semanticallyEqual(next[field] ?? {}, old[field] ?? {})) report.forbidden([field], why);
    return problems;
  };
}

const sealedSecret = sealed('data');

function secretUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  reportImmutable(fieldsOf(after), fieldsOf(before), ['type'], [], report);
  return [...problems, ...sealedSecret(after, before, '')];
}

function quotaUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const scopesOf = (quota: KubeObject): readonly string[] =>
    ((quota as ResourceQuota).spec?.scopes ?? []).toSorted();
  if (!semanticallyEqual(scopesOf(after), scopesOf(before)))
    new Reporter(problems, ['spec']).invalid(['scopes'], scopesOf(after), 'field is immutable');
  return problems;
}

const nodeRule =
  'node updates may only change labels, taints, or capacity (or configSource, if the DynamicKubeletConfig feature gate is enabled)';

/** A node's ranges and provider id are set once; of the rest of its spec only taints and cordons change. */
function nodeUpdate(after: KubeObject, before: KubeObject): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = new Reporter(problems, []);
  const [next, old] = [(after as Node).spec ?? {}, (before as Node).spec ?? {}];
  const ranges = podRanges(old);
  if (ranges.length > 0 && !semanticallyEqual(podRanges(next), ranges))
    report.forbidden(['spec', 'podCIDRs'], 'node updates may not change podCIDR except from "" to valid');
  if ((old.providerID ?? '') !== '' && next.providerID !== old.providerID)
    report.forbidden(
      ['spec', 'providerID'],
      'node updates may not change providerID except from "" to valid',
    );
  if (!semanticallyEqual(next.externalID, old.externalID)) report.forbidden([], nodeRule);
  const seen = new Set<string>();
  for (const [index, address] of itemsOf(statusOf(after)['addresses'])) {
    const id = JSON.stringify([address['type'], address['address']]);
    if (seen.has(id)) report.duplicate(['status', 'addresses', index], address);
    seen.add(id);
  }
  return problems;
}

/** A node's ranges: where the two fields differ, the single one counts, as in the API server's conversion. */
function podRanges({ podCIDR = '', podCIDRs = [] }: NonNullable<Node['spec']>): readonly string[] {
  return podCIDR === '' || podCIDRs[0] === podCIDR ? podCIDRs : [podCIDR];
}

export const configUpdateRules: UpdateRules = {
  'v1/ConfigMap': sealed('data', 'binaryData'),
  'v1/Secret': secretUpdate,
  'v1/ResourceQuota': quotaUpdate,
  'v1/Node': nodeUpdate,
};
