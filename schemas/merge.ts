/** How values of each definition merge: server-side apply's types and strategic merge patch's keys. */
import berth from './berth/merge.json' with { type: 'json' };
import kubernetes from './kubernetes/merge.json' with { type: 'json' };

/**
 * One type of server-side apply. `atomic` on a map, a struct or a reference: it is owned and replaced as a whole;
 * otherwise each entry has owners of its own. Lists: `list` is atomic, `set` has unique scalars, `keyed` merges its
 * items by their keys. `untyped` is any value, owned as a whole; `deduced` is any value, its maps merging by key.
 */
export type MergeType =
  | 'scalar'
  | 'untyped'
  | 'deduced'
  | { readonly ref: string; readonly atomic?: boolean }
  | { readonly list: MergeType }
  | { readonly set: MergeType }
  | { readonly keyed: MergeType; readonly keys: readonly string[] }
  | { readonly map: MergeType; readonly atomic?: boolean }
  | { readonly struct: Readonly<Record<string, StructField>>; readonly atomic?: boolean };

export interface StructField {
  readonly type: MergeType;
  /** What a missing value counts as, where it is a key of its list (a port's protocol is TCP). */
  readonly default?: unknown;
}

/** Strategic merge patch of one field: `merge` of a list goes by `mergeKey`; `retainKeys` drops what is not named. */
export interface PatchField {
  readonly strategies: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly mergeKey?: string;
}

interface MergeDocument {
  readonly types: Readonly<Record<string, MergeType>>;
  readonly patch: Readonly<Record<string, Readonly<Record<string, PatchField>>>>;
}

const documents = [kubernetes as unknown as MergeDocument, berth as unknown as MergeDocument];

/** The merge type of a definition (`KindInfo.definition`, or the target of a `ref`). */
export function mergeTypeOf(definition: string): MergeType | undefined {
  for (const { types } of documents) {
    if (Object.hasOwn(types, definition)) return types[definition];
  }
  return undefined;
}

/** The patch strategies of a definition's fields; fields that it does not name merge as JSON merge patch does. */
export function patchFieldsOf(definition: string): Readonly<Record<string, PatchField>> {
  for (const { patch } of documents) {
    if (Object.hasOwn(patch, definition)) return patch[definition] ?? {};
  }
  return {};
}
