/** What strategic merge patch has to know of a field: how its lists merge, and the definition of what is in it. */
import { type MergeType, mergeTypeOf, patchFieldsOf } from '../../../schemas/merge.ts';

export interface PatchSchema {
  /** `merge` of a list; `replace` of an object, which merges otherwise. */
  readonly strategy: 'merge' | 'replace' | undefined;
  /** Of the items of a merging list of objects. */
  readonly mergeKey: string | undefined;
  /** Of the value, or of the items of a list; undefined for free-form ones. */
  readonly definition: string | undefined;
}

const freeForm: PatchSchema = { strategy: undefined, mergeKey: undefined, definition: undefined };

/** Of a field of a definition; of nothing known where there is no definition. */
export function patchSchemaOf(definition: string | undefined, field: string): PatchSchema {
  if (definition === undefined) return freeForm;
  const { strategies = [], mergeKey } = own(patchFieldsOf(definition), field) ?? {};
  const strategy = strategies.find((one) => one !== 'retainKeys');
  const type = mergeTypeOf(definition);
  const struct = typeof type === 'object' && 'struct' in type ? type.struct : {};
  return { strategy, mergeKey, definition: definitionIn(own(struct, field)?.type) };
}

/** Whether a definition is one of Kubernetes' own: custom resources have no patch strategies. */
export function isPatchable(definition: string): boolean {
  return definition.startsWith('io.k8s.');
}

function definitionIn(type: MergeType | undefined): string | undefined {
  if (typeof type !== 'object') return undefined;
  if ('ref' in type) return type.ref;
  if ('list' in type) return definitionIn(type.list);
  if ('keyed' in type) return definitionIn(type.keyed);
  return undefined;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
