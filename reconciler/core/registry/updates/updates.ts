/** Kubernetes' rules of updates for every kind, put together from the tables of each area. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { definitionUpdateRules } from '../../custom/definition-updates.ts';
import type { KubeObject } from '../../model/object.ts';
import { clusterObjectUpdateRules } from './cluster-objects.ts';
import { metadataUpdateProblems } from './metadata.ts';
import type { UpdateRules } from './update-rule.ts';
import { workloadUpdateRules } from './workloads.ts';

const rules: UpdateRules = { ...workloadUpdateRules, ...clusterObjectUpdateRules, ...definitionUpdateRules };

/** What is wrong with putting `after` in place of `before`, besides what is wrong with `after` alone. */
export function updateProblems(
  after: KubeObject,
  before: KubeObject,
  subresource: string,
): readonly FieldProblem[] {
  const own = rules[`${after.apiVersion}/${after.kind}`]?.(after, before, subresource) ?? [];
  return [...metadataUpdateProblems(after, before), ...own];
}
