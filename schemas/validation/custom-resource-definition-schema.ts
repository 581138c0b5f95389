/** The schema of a version of a CustomResourceDefinition. Paths are relative to `schema`. */
import { schemaPathMark } from '../structural/completeness-rules.ts';
import { defaultProblems } from '../structural/default-rules.ts';
import { hasUnsupported, openApiProblems } from '../structural/openapi-rules.ts';
import { structuralProblems } from '../structural/structural-rules.ts';
import type { StructuralSchema } from '../structural/structural-schema.ts';
import { renderPath } from './field-path.ts';
import { type FieldProblem, forbidden, invalid } from './field-problem.ts';

/** Levels of nesting that a schema may have: each is walked by recursion, in the schema and in its objects. */
const schemaDepthMax = 100;

/** What may stand at the root beside the status subresource, with the names of Kubernetes' own fields for the text. */
const allowedAtRoot: Readonly<Record<string, string>> = {
  description: 'Description',
  type: 'Type',
  format: 'Format',
  title: 'Title',
  maximum: 'Maximum',
  exclusiveMaximum: 'ExclusiveMaximum',
  minimum: 'Minimum',
  exclusiveMinimum: 'ExclusiveMinimum',
  maxLength: 'MaxLength',
  minLength: 'MinLength',
  pattern: 'Pattern',
  maxItems: 'MaxItems',
  minItems: 'MinItems',
  uniqueItems: 'UniqueItems',
  multipleOf: 'MultipleOf',
  required: 'Required',
  items: 'Items',
  properties: 'Properties',
  externalDocs: 'ExternalDocs',
  example: 'Example',
  'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'x-kubernetes-validations': 'XValidations',
};

/** `text` is how messages call the place of the schema. */
export function schemaOfVersionProblems(
  schema: StructuralSchema,
  hasStatus: boolean,
  text: string,
): readonly FieldProblem[] {
  if (depthOf(schema, schemaDepthMax) > schemaDepthMax) {
    const why = `must not be nested deeper than ${schemaDepthMax} levels`;
    return [forbidden(['openAPIV3Schema'], why)];
  }
  const structural = hasUnsupported(schema) ? [] : structuralOrDefaults(schema);
  const problems = [...structural, ...openApiProblems(schema)].map((problem) => below(problem, text));
  return [...rootProblems(schema, hasStatus), ...problems];
}

/** Defaults of what is not structural cannot be judged. */
function structuralOrDefaults(schema: StructuralSchema): readonly FieldProblem[] {
  const problems = structuralProblems(schema);
  return problems.length > 0 ? problems : defaultProblems(schema);
}

function below(problem: FieldProblem, text: string): FieldProblem {
  const segments = ['openAPIV3Schema', ...problem.segments];
  const path = problem.path === '<nil>' ? problem.path : renderPath(segments);
  const words = problem.problem.replaceAll(schemaPathMark, `${text}.openAPIV3Schema`);
  return { ...problem, segments, path, problem: words };
}

function rootProblems(schema: StructuralSchema, hasStatus: boolean): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (schema.nullable === true)
    problems.push(forbidden(['openAPIV3Schema', 'nullable'], 'nullable cannot be true at the root'));
  if (!hasStatus) return problems;
  const { type = '' } = schema;
  if (type !== '' && type !== 'object') {
    const why =
      'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [...problems, invalid(['openAPIV3Schema', 'type'], type, why)];
  }
  const other = Object.entries(schema).some(([key, value]) => value !== undefined && !(key in allowedAtRoot));
  if (!other) return problems;
  const allowed = Object.values(allowedAtRoot).join(' ');
  const why = `only [${allowed}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [...problems, invalid(['openAPIV3Schema'], schema, why)];
}

/** Levels of maps and lists in a value; stops counting above `max`. */
function depthOf(value: unknown, max: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (max < 0) return 1;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, max - 1));
  return deepest + 1;
}
