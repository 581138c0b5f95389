/**
 * The schemas of CustomResourceDefinitions (OpenAPI v3 as apiextensions.k8s.io/v1 takes it), with the types that the
 * generated ones leave open. A structural schema says the type of every field outside of `allOf`, `anyOf`, `oneOf` and
 * `not` (KEP-1111); everything in this folder relies on it.
 */
import type { JSONSchemaProps } from '../kubernetes/types/apiextensions-v1.ts';
import { isFields } from '../validation/loose.ts';

export type StructuralSchema = JSONSchemaProps;

/** The schema of a list's items; none where there is not exactly one. */
export function itemSchemaOf(schema: StructuralSchema): StructuralSchema | undefined {
  return isFields(schema.items) ? schema.items : undefined;
}

/** The schema of a map's values: none where they are not described, `anything` where every value may stand. */
export function valueSchemaOf(schema: StructuralSchema): StructuralSchema | 'anything' | undefined {
  const values = schema.additionalProperties;
  if (isFields(values)) return values;
  return values === true ? 'anything' : undefined;
}

/** Whether fields that the schema does not name stay. */
export function preservesUnknown(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** Whether the value is a whole object of its own: apiVersion, kind and metadata are there without being named. */
export function isEmbedded(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true;
}

/** What every object has and no schema needs to name. */
export const typeAndMetadata: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The root of a custom object is a whole object too, though its schema does not say so. */
export function asRoot(schema: StructuralSchema): StructuralSchema {
  return isEmbedded(schema) ? schema : rootOf(schema);
}

const roots = new WeakMap<StructuralSchema, StructuralSchema>();

/** The same schema each time, so that what is compiled from it can be remembered by identity. */
function rootOf(schema: StructuralSchema): StructuralSchema {
  const known = roots.get(schema);
  if (known !== undefined) return known;
  const root = { ...schema, 'x-kubernetes-embedded-resource': true };
  roots.set(schema, root);
  return root;
}
