/** Schemas of the built-in definitions: fields and types, how they merge, what they may hold, what they mean. */
import { constraints } from '../../../schemas/validation/constraints.ts';
import { definitions, type JsonSchema, refName } from '../../../schemas/validation/json-schema-documents.ts';
import {
  type MergeType,
  mergeTypeOf,
  type PatchField,
  patchFieldsOf,
  type StructField,
} from '../../../schemas/merge.ts';
import { definitionDescription, fieldDescription } from './descriptions/descriptions.ts';
import type { Schema } from './schema-model.ts';

const machinery = 'io.k8s.apimachinery.pkg';
const extensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Definitions whose JSON Schema says other things than OpenAPI has to. */
const scalars: Readonly<Record<string, Schema>> = {
  [`${machinery}.api.resource.Quantity`]: { either: ['string', 'number'] },
  [`${machinery}.util.intstr.IntOrString`]: { either: ['integer', 'string'], format: 'int-or-string' },
  [`${machinery}.apis.meta.v1.Time`]: { type: 'string', format: 'date-time' },
  [`${machinery}.apis.meta.v1.MicroTime`]: { type: 'string', format: 'date-time' },
  [`${machinery}.apis.meta.v1.FieldsV1`]: { type: 'object' },
  [`${machinery}.apis.meta.v1.Patch`]: { type: 'object' },
  [`${machinery}.runtime.RawExtension`]: { type: 'object' },
  [`${extensions}.JSON`]: {},
  [`${extensions}.JSONSchemaPropsOrArray`]: {},
  [`${extensions}.JSONSchemaPropsOrBool`]: {},
  [`${extensions}.JSONSchemaPropsOrStringArray`]: {},
};

export function isBuiltIn(name: string): boolean {
  return Object.hasOwn(definitions(), name);
}

/** The schema of a built-in definition; throws where there is none. */
export function builtInSchema(name: string): Schema {
  const source = definitions()[name];
  if (source === undefined) throw new Error(`no definition ${name}`);
  const description = definitionDescription(name);
  const described = description === undefined ? {} : { description };
  const scalar = scalars[name];
  if (scalar !== undefined) return { ...scalar, ...described };
  const merge = mergeTypeOf(name);
  const fields = typeof merge === 'object' && 'struct' in merge ? merge.struct : {};
  const patch = patchFieldsOf(name);
  const rules = constraints[name]?.fields ?? {};
  const schema = plainSchema(source);
  return {
    ...schema,
    ...described,
    ...(typeof merge === 'object' && 'struct' in merge && merge.atomic === true
      ? { extra: { 'x-kubernetes-map-type': 'atomic' } }
      : {}),
    ...(schema.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(schema.properties).map(([field, property]) => [
              field,
              annotated(property, {
                description: fieldDescription(name, field),
                merge: fields[field],
                patch: patch[field],
                oneOf: rules[field]?.oneOf,
                itemsOneOf: rules[field]?.items?.oneOf,
              }),
            ]),
          ),
        }),
  };
}

interface FieldNotes {
  readonly description: string | undefined;
  readonly merge: StructField | undefined;
  readonly patch: PatchField | undefined;
  readonly oneOf: readonly string[] | undefined;
  readonly itemsOneOf: readonly string[] | undefined;
}

function annotated(property: Schema, { description, merge, patch, oneOf, itemsOneOf }: FieldNotes): Schema {
  const extra = { ...patchExtensions(patch), ...mergeExtensions(merge?.type) };
  const fallback = merge?.default;
  const items =
    itemsOneOf === undefined || property.items === undefined
      ? {}
      : { items: { ...property.items, enum: itemsOneOf } };
  return {
    ...property,
    ...items,
    ...(description === undefined ? {} : { description }),
    // Empty values stand for "no default" in the merge types.
    ...(fallback === undefined || isEmptyValue(fallback) ? {} : { default: fallback }),
    ...(oneOf === undefined || property.type !== 'string' ? {} : { enum: oneOf }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function isEmptyValue(value: unknown): boolean {
  return (
    value === '' ||
    value === 0 ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

function patchExtensions(patch: PatchField | undefined): Readonly<Record<string, unknown>> {
  if (patch === undefined) return {};
  return {
    ...(patch.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patch.mergeKey }),
    ...(patch.strategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': patch.strategies.join(',') }),
  };
}

function mergeExtensions(type: MergeType | undefined): Readonly<Record<string, unknown>> {
  if (typeof type !== 'object') return {};
  if ('keyed' in type) return { 'x-kubernetes-list-map-keys': type.keys, 'x-kubernetes-list-type': 'map' };
  if ('set' in type) return { 'x-kubernetes-list-type': 'set' };
  if ('list' in type) return { 'x-kubernetes-list-type': 'atomic' };
  return type.atomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {};
}

/** A JSON Schema of the generator as an OpenAPI schema: closed objects are what OpenAPI means anyway. */
function plainSchema(source: JsonSchema): Schema {
  const ref = refName(source);
  if (ref !== undefined) return { ref };
  const { type, format, items, properties, required, additionalProperties } = source;
  return {
    ...(typeof type === 'string' ? { type } : {}),
    ...(format === undefined ? {} : { format }),
    ...(required === undefined ? {} : { required }),
    ...(items === undefined ? {} : { items: plainSchema(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, plainSchema(property)]),
          ),
        }),
    ...(additionalProperties === undefined || additionalProperties === false
      ? {}
      : { additionalProperties: plainSchema(additionalProperties) }),
  };
}
