/** What is wrong with a custom object as somebody wrote it down, before it is applied. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import { type CustomKind, validateCustomObject } from '../../../schemas/structural/custom-object.ts';
import { prune, unknownPaths } from '../../../schemas/structural/prune.ts';
import { applySchemaDefaults } from '../../../schemas/structural/schema-defaults.ts';
import { renderPath } from '../../../schemas/validation/field-path.ts';
import type { FieldProblem } from '../../../schemas/validation/field-problem.ts';
import type { KubeObject } from '../model/object.ts';
import { customKindOf, definitionOf, type ObjectSource, versionOf } from './definition.ts';

const judged = new WeakMap<
  KubeObject,
  { readonly kind: CustomKind; readonly problems: readonly FieldProblem[] }
>();

/** Unknown fields, which a write would drop, and everything that the schema refuses; remembered by identity. */
export function desiredProblems(
  object: KubeObject,
  info: KindInfo,
  view: ObjectSource,
): readonly FieldProblem[] {
  const definition = definitionOf(info, view);
  const version = versionOf(definition, info.version);
  if (version === undefined) return [];
  const kind = customKindOf(definition, version);
  const known = judged.get(object);
  if (known?.kind === kind) return known.problems;
  const problems = writtenProblems(object, kind);
  judged.set(object, { kind, problems });
  return problems;
}

/** The same for a kind that no cluster serves yet. */
export function writtenProblems(object: KubeObject, kind: CustomKind): readonly FieldProblem[] {
  const { schema } = kind;
  const unknown = unknownPaths(object, schema).map((segments): FieldProblem => {
    const problem = `unknown field ${JSON.stringify(segments.at(-1))}`;
    return { path: renderPath(segments), segments, at: 'key', reason: 'FieldValueInvalid', problem };
  });
  return [...unknown, ...validateCustomObject(applySchemaDefaults(prune(object, schema), schema), kind)];
}
