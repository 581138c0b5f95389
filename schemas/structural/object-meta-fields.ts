/** The names of the fields that metadata has. */
import { meta } from '../validation/definition-names.ts';
import { definitions } from '../validation/json-schema-documents.ts';

let fieldNames: ReadonlySet<string> | undefined;

/** Those of Kubernetes' ObjectMeta, read once. */
export function objectMetaFields(): ReadonlySet<string> {
  fieldNames ??= new Set(Object.keys(definitions()[meta('ObjectMeta')]?.properties ?? {}));
  return fieldNames;
}
