/** Objects as rows of a Table (meta.k8s.io), which is how kubectl asks for what it prints. */
import type { KubeObject } from '../model/object.ts';
import type { Cell, ColumnDefinition, ColumnTable, RowCondition } from './column.ts';
import {
  type MetaVersion,
  type PartialObjectMetadata,
  partialObjectMetadata,
} from './partial-object-metadata.ts';

export interface TableOptions {
  /** What ages are counted from. */
  readonly nowMs: number;
  /** What rows carry of their objects: nothing, their metadata (the default of the API), or all. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  readonly version: MetaVersion;
}

export interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly RowCondition[];
  /** Always there: null where rows carry no objects. */
  readonly object: PartialObjectMetadata | KubeObject | null;
}

export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: object;
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly TableRow[];
}

/** A Table of the objects, which are all of the columns' kind. The caller sets the metadata of the list. */
export function tableOf(objects: readonly KubeObject[], columns: ColumnTable, options: TableOptions): Table {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: {},
    columnDefinitions: columns.definitions,
    rows: rowsOf(objects, columns, options),
  };
}

/** The rows alone: of a watch only the first event says what the columns are. */
export function rowsOf(
  objects: readonly KubeObject[],
  columns: ColumnTable,
  { nowMs, includeObject, version }: TableOptions,
): readonly TableRow[] {
  return objects.map((object) => {
    const cells = columns.cells(object, nowMs);
    const conditions = columns.conditions?.(object);
    const carried =
      includeObject === 'Object'
        ? object
        : includeObject === 'None'
          ? null
          : partialObjectMetadata(object, version);
    return conditions === undefined ? { cells, object: carried } : { cells, conditions, object: carried };
  });
}

/**
 * The JSON of `tableOf`, under the metadata of the list. `textOf` gives the JSON of an immutable value: where the
 * caller remembers texts, ten thousand pods cost the cells alone.
 */
export function tableText(
  objects: readonly KubeObject[],
  columns: ColumnTable,
  { nowMs, includeObject, version }: TableOptions,
  metadata: object,
  textOf: (value: object) => string,
): string {
  const carriedStart = `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":`;
  const rows = objects.map((object) => {
    const conditions = columns.conditions?.(object);
    const noted = conditions === undefined ? '' : `,"conditions":${textOf(conditions)}`;
    const carried =
      includeObject === 'Object'
        ? textOf(object)
        : includeObject === 'None'
          ? 'null'
          : `${carriedStart}${textOf(object.metadata)}}`;
    return `{"cells":${JSON.stringify(columns.cells(object, nowMs))}${noted},"object":${carried}}`;
  });
  return (
    `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(metadata)},` +
    `"columnDefinitions":${textOf(columns.definitions)},"rows":[${rows.join(',')}]}`
  );
}
