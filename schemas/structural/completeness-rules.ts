/** What alternatives constrain has to be described outside of them. */
import { type FieldPath, renderPath } from '../validation/field-path.ts';
import { type FieldProblem, required } from '../validation/field-problem.ts';
import { itemSchemaOf, type StructuralSchema } from './structural-schema.ts';

/** Stands in texts for the path of the whole schema, which only the caller knows. */
export const schemaPathMark = '\u0000';

/** Where a part of a schema is described, or should be, and where an alternative speaks of it. */
interface Places {
  readonly outside: FieldPath;
  readonly inside: FieldPath;
}

/** Fields and items that only the alternatives of the root know: Kubernetes looks at no others. */
export function completenessProblems(schema: StructuralSchema): readonly FieldProblem[] {
  return alternatives(schema, schema, { outside: [], inside: [] });
}

function alternatives(
  schema: StructuralSchema,
  described: StructuralSchema,
  { outside, inside }: Places,
): readonly FieldProblem[] {
  const { anyOf = [], allOf = [], oneOf = [], not } = schema;
  const one = (alternative: StructuralSchema, ...step: FieldPath): readonly FieldProblem[] =>
    nested(alternative, described, { outside, inside: [...inside, ...step] });
  return [
    ...(not === undefined ? [] : one(not, 'not')),
    ...Object.entries({ allOf, anyOf, oneOf }).flatMap(([keyword, list]) =>
      list.flatMap((alternative, index) => one(alternative, keyword, index)),
    ),
  ];
}

function nested(
  schema: StructuralSchema,
  described: StructuralSchema | undefined,
  places: Places,
): readonly FieldProblem[] {
  if (described === undefined) {
    const because = `because it is defined in ${schemaPathMark}.${renderPath(places.inside)}`;
    return [required(places.outside, because)];
  }
  const items = itemSchemaOf(schema);
  const below = (...step: FieldPath): Places => ({
    outside: [...places.outside, ...step],
    inside: [...places.inside, ...step],
  });
  return [
    ...alternatives(schema, described, places),
    ...(items === undefined ? [] : nested(items, itemSchemaOf(described), below('items'))),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      nested(property, described.properties?.[name], below('properties', { key: name })),
    ),
  ];
}
