/** Finding a CustomResourceDefinition and what it says of one version. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { apiVersionOf, groupOf, type KindInfo, type KindTable } from '../../../schemas/kinds.ts';
import type { CustomKind } from '../../../schemas/structural/custom-object.ts';
import type { StructuralSchema } from '../../../schemas/structural/structural-schema.ts';
import type { KubeObject } from '../model/object.ts';
import { isCustom } from '../registry/halves.ts';

export const definitionApiVersion = 'apiextensions.k8s.io/v1';
export const definitionKind = 'CustomResourceDefinition';

export function isCustomResourceDefinition(object: KubeObject): object is CustomResourceDefinition {
  return object.kind === definitionKind && object.apiVersion === definitionApiVersion;
}

/** Where definitions are read from: a view. */
export interface ObjectSource {
  get<T extends KubeObject>(
    apiVersion: T['apiVersion'],
    kind: T['kind'],
    namespace: string,
    name: string,
  ): T | undefined;
}

/** The definition of a kind that the view serves. Throws for a kind without one: the table came from it. */
export function definitionOf(info: KindInfo, view: ObjectSource): CustomResourceDefinition {
  const name = `${info.plural}.${info.group}`;
  const found = view.get<CustomResourceDefinition>(definitionApiVersion, definitionKind, '', name);
  if (found === undefined) throw new Error(`no CustomResourceDefinition ${name}`);
  return found;
}

/** The version that objects are stored in. Throws where none is marked: validation demands exactly one. */
export function storageVersionOf({
  metadata,
  spec,
}: CustomResourceDefinition): CustomResourceDefinitionVersion {
  const found = spec.versions.find(({ storage }) => storage);
  if (found === undefined) throw new Error(`${metadata.name ?? ''} has no storage version`);
  return found;
}

/** A version by its name, served or not. */
export function versionOf(
  { spec }: CustomResourceDefinition,
  name: string,
): CustomResourceDefinitionVersion | undefined {
  return spec.versions.find((version) => version.name === name);
}

/** `stable.example.com/v1` */
export function apiVersionIn({ spec }: CustomResourceDefinition, version: { readonly name: string }): string {
  return apiVersionOf({ group: spec.group, version: version.name });
}

const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** The schema of a version. */
export function schemaOf(version: CustomResourceDefinitionVersion): StructuralSchema {
  return version.schema?.openAPIV3Schema ?? anything;
}

const customKindsByVersion = new WeakMap<CustomResourceDefinitionVersion, CustomKind>();

/** What a version says of its objects; remembered by the version's identity. */
export function customKindOf(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): CustomKind {
  const known = customKindsByVersion.get(version);
  if (known !== undefined) return known;
  const scale = version.subresources?.scale;
  const kind: CustomKind = {
    namespaced: spec.scope === 'Namespaced',
    schema: schemaOf(version),
    ...(scale === undefined ? {} : { scale }),
  };
  customKindsByVersion.set(version, kind);
  return kind;
}

/** Whether a condition of a definition is True. */
export function hasCondition(definition: CustomResourceDefinition, type: string): boolean {
  return definition.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
}

/**
 * The served kind of an object that may be stored in a version which is served no more. Undefined for built-in kinds
 * and for kinds that are gone.
 */
export function servedKindOf(
  object: { readonly apiVersion: string; readonly kind: string },
  table: KindTable,
): KindInfo | undefined {
  const exact = table.byGvk(object.apiVersion, object.kind);
  if (exact !== undefined) return isCustom(exact) ? exact : undefined;
  const group = groupOf(object.apiVersion);
  return table.all.findLast((info) => isCustom(info) && info.group === group && info.kind === object.kind);
}
