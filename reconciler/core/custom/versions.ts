/**
 * The versions of a custom object. Conversion is `None`: an object is the same in all of them but for its apiVersion,
 * so that it is stored in one and served in each.
 */
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { apiVersionOf, groupOf, type KindInfo } from '../../../schemas/kinds.ts';
import { applySchemaDefaults } from '../../../schemas/structural/schema-defaults.ts';
import type { KubeObject } from '../model/object.ts';
import { isCustom } from '../registry/halves.ts';
import {
  apiVersionIn,
  definitionOf,
  type ObjectSource,
  schemaOf,
  storageVersionOf,
  versionOf,
} from './definition.ts';

/** The object in another version; itself where it is in that one. */
export function toVersion<T extends KubeObject>(object: T, apiVersion: string): T {
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** The object in the version that the definition stores. */
export function asStored<T extends KubeObject>(object: T, definition: CustomResourceDefinition): T {
  return toVersion(object, apiVersionIn(definition, storageVersionOf(definition)));
}

const served = new WeakMap<
  KubeObject,
  { readonly definition: object; readonly byVersion: Map<string, KubeObject> }
>();

/**
 * A stored object as the API serves it in the version of `info`: with the defaults that its schema has now, those
 * that came after the object among them. Built-in kinds are served as they are. The same object each time.
 */
export function asServed(object: KubeObject, info: KindInfo, view: ObjectSource): KubeObject {
  if (!isCustom(info)) return object;
  const definition = definitionOf(info, view);
  let known = served.get(object);
  if (known?.definition !== definition) {
    known = { definition, byVersion: new Map() };
    served.set(object, known);
  }
  const apiVersion = apiVersionOf(info);
  const before = known.byVersion.get(apiVersion);
  if (before !== undefined) return before;
  const stored = versionOf(definition, versionName(object.apiVersion)) ?? storageVersionOf(definition);
  const converted = toVersion(applySchemaDefaults(object, schemaOf(stored)), apiVersion);
  known.byVersion.set(apiVersion, converted);
  return converted;
}

/** `v1` of `stable.example.com/v1`. */
export function versionName(apiVersion: string): string {
  const group = groupOf(apiVersion);
  return group === '' ? apiVersion : apiVersion.slice(group.length + 1);
}
