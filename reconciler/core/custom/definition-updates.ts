/** What an update of a CustomResourceDefinition may not do. */
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { type FieldProblem, invalid } from '../../../schemas/validation/field-problem.ts';
import type { UpdateRules } from '../registry/updates/update-rule.ts';
import { hasCondition } from './definition.ts';

const immutable = 'field is immutable';

export const definitionUpdateRules: UpdateRules = {
  'apiextensions.k8s.io/v1/CustomResourceDefinition': (after, before, subresource) =>
    problemsOf(after as CustomResourceDefinition, before as CustomResourceDefinition, subresource),
};

function problemsOf(
  after: CustomResourceDefinition,
  before: CustomResourceDefinition,
  subresource: string,
): readonly FieldProblem[] {
  const stored = storedVersionProblems(after);
  return subresource === 'status' ? stored : [...immutableProblems(after, before), ...stored];
}

/** What objects are stored under cannot change; scope and kind only until the definition is established. */
function immutableProblems(
  { spec: after }: CustomResourceDefinition,
  before: CustomResourceDefinition,
): readonly FieldProblem[] {
  const old = before.spec;
  const fields: readonly (readonly [readonly string[], unknown, unknown])[] = [
    ...(hasCondition(before, 'Established')
      ? ([
          [['spec', 'scope'], after.scope, old.scope],
          [['spec', 'names', 'kind'], after.names.kind, old.names.kind],
        ] as const)
      : []),
    [['spec', 'group'], after.group, old.group],
    [['spec', 'names', 'plural'], after.names.plural, old.names.plural],
  ];
  return fields.filter(([, now, then]) => now !== then).map(([path, now]) => invalid(path, now, immutable));
}

/** A version in which objects may be stored stays until somebody has migrated them and says so in the status. */
function storedVersionProblems({ spec, status }: CustomResourceDefinition): readonly FieldProblem[] {
  const stored = status?.storedVersions ?? [];
  const path = ['status', 'storedVersions'];
  if (stored.length === 0) return [invalid(path, stored, 'must have at least one stored version')];
  const problems: FieldProblem[] = [];
  for (const { name, storage } of spec.versions)
    if (storage && !stored.includes(name))
      problems.push(invalid(path, stored, `must have the storage version ${name}`));
  for (const [index, name] of stored.entries()) {
    if (spec.versions.some((version) => version.name === name)) continue;
    const why = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    problems.push(invalid([...path, index], name, why));
  }
  return problems;
}
