/** Kubernetes' rules of updates for every kind, put together from the tables of each area. */
import type { FieldProblem } from '../../../../schemas/validation/field-problem.ts';
import { definitionUpdateRules } from '../../custom/definition-updates.ts';
import type { KubeObject } from '../../model/object.ts';
import { applyDefaults } from '../defaults/defaults.ts';
import { clusterObjectUpdateRules } from './cluster-objects.ts';
import { metadataUpdateProblems } from './metadata.ts';
import type { UpdateRules } from './update-rule.ts';
import { workloadUpdateRules } from './workloads.ts';

const rules: UpdateRules = { ...workloadUpdateRules, ...clusterObjectUpdateRules, ...definitionUpdateRules };

/**
 * What is wrong with putting `after` in place of `before`, besides what is wrong with `after` alone. Both count with
 * their defaults: what was stored before there was a default is no change now.
 */
export function updateProblems(
  after: KubeObject,
  before: KubeObject,
  subresource: string,
): readonly FieldProblem[] {
  const rule = rules[`${after.apiVersion}/${after.kind}`];
  const own = rule?.(applyDefaults(after), applyDefaults(before), subresource) ?? [];
  return [...metadataUpdateProblems(after, before), ...own];
}
