/** Columns of the Table form (meta.k8s.io): what each is called, and the small function that fills its cells. */
import type { ObjectMeta } from '../../../schemas/kubernetes/types/meta-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { ageOf } from './duration.ts';

/** What a cell may hold; null prints as nothing. */
export type Cell = string | number | boolean | null;

/** A column as clients see it. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** `name` marks the column that names the object; empty otherwise. */
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority: number;
}

/** A note on a whole row: `Completed` for pods that have ended, which clients may leave out. */
export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The columns of one kind and how its objects fill them. */
export interface ColumnTable {
  readonly definitions: readonly ColumnDefinition[];
  /** One cell per definition. */
  readonly cells: (object: KubeObject, nowMs: number) => Cell[];
  readonly conditions?: (object: KubeObject) => readonly RowCondition[] | undefined;
}

/** A column with its cells. `summary` is what the kind computes once per row for several columns. */
export interface Column<T, S = undefined> extends ColumnDefinition {
  readonly cell: (object: T, nowMs: number, summary: S) => Cell;
}

interface ColumnOptions {
  readonly format?: 'name';
  readonly wide?: true;
}

/** A text column. */
export function text<T, S = undefined>(
  name: string,
  description: string,
  cell: Column<T, S>['cell'],
  options: ColumnOptions = {},
): Column<T, S> {
  return column(name, 'string', description, cell, options);
}

/** A text column that only `-o wide` shows. */
export function wide<T, S = undefined>(
  name: string,
  description: string,
  cell: Column<T, S>['cell'],
): Column<T, S> {
  return column(name, 'string', description, cell, { wide: true });
}

/** A column of whole numbers; what is missing counts as 0. */
export function count<T>(
  name: string,
  description: string,
  cell: (object: T) => number | undefined,
): Column<T> {
  return column(name, 'integer', description, (object) => cell(object) ?? 0, {});
}

/** A column of true and false; what is missing counts as false. */
export function flag<T>(
  name: string,
  description: string,
  cell: (object: T) => boolean | undefined,
): Column<T> {
  return column(name, 'boolean', description, (object) => cell(object) ?? false, {});
}

interface Named {
  readonly metadata: ObjectMeta;
}

export const nameColumn: Column<Named, unknown> = column(
  'Name',
  'string',
  'Name of the object, unique among its kind in its namespace.',
  ({ metadata }) => metadata.name ?? '',
  { format: 'name' },
);

export const ageColumn: Column<Named, unknown> = column(
  'Age',
  'string',
  'Time since the object was created.',
  ({ metadata }, nowMs) => ageOf(metadata.creationTimestamp, nowMs),
  {},
);

/** A table whose cells each read the object on their own. `T` is the type of the kind's objects. */
export function columnTable<T>(columns: readonly Column<T>[]): ColumnTable {
  return summarizedTable(() => undefined, columns);
}

/** A table whose cells share a summary that is computed once per row. */
export function summarizedTable<T, S>(
  summarize: (object: T, nowMs: number) => S,
  columns: readonly Column<T, S>[],
): ColumnTable {
  const { length } = columns;
  const cellsOf = columns.map((entry) => entry.cell);
  return {
    definitions: columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    cells: (object, nowMs) => {
      // The table is looked up by the object's kind.
      const typed = object as unknown as T;
      const summary = summarize(typed, nowMs);
      const cells = new Array<Cell>(length);
      for (let index = 0; index < length; index++)
        cells[index] = cellsOf[index]?.(typed, nowMs, summary) ?? null;
      return cells;
    },
  };
}

function column<T, S>(
  name: string,
  type: ColumnDefinition['type'],
  description: string,
  cell: Column<T, S>['cell'],
  { format, wide: isWide }: ColumnOptions,
): Column<T, S> {
  return { name, type, format: format ?? '', description, priority: isWide === true ? 1 : 0, cell };
}
