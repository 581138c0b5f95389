/** Columns of custom resources, as the definition's additionalPrinterColumns name them. */
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { KindInfo } from '../../../schemas/kinds.ts';
import type { ClusterView } from '../model/view.ts';
import { type Cell, type Column, type ColumnTable, columnTable, nameColumn } from './column.ts';
import { ageOf } from './duration.ts';
import { firstAt, parseJsonPath } from './json-path.ts';
import { parseTime } from '../model/time.ts';

const ageByDefault: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
};

/** Objects in the view are immutable: a definition's version has the same columns for as long as it lives. */
const tables = new WeakMap<CustomResourceDefinitionVersion, ColumnTable>();

/** The columns of a kind that a CustomResourceDefinition adds; undefined where none does. */
export function customColumns(info: KindInfo, view: ClusterView): ColumnTable | undefined {
  const definition = view.get<CustomResourceDefinition>(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    '',
    `${info.plural}.${info.group}`,
  );
  const version = definition?.spec.versions.find(({ name }) => name === info.version);
  if (version === undefined) return undefined;
  const known = tables.get(version);
  if (known !== undefined) return known;
  const given = version.additionalPrinterColumns ?? [];
  const table = columnTable([nameColumn, ...(given.length === 0 ? [ageByDefault] : given).map(customColumn)]);
  tables.set(version, table);
  return table;
}

function customColumn(column: CustomResourceColumnDefinition): Column<object> {
  const { name, type, format, description, priority, jsonPath } = column;
  const path = parseJsonPath(jsonPath);
  const read = cellReaders[type] ?? noCell;
  return {
    name,
    // The definition's validation admits these types only.
    type: type as Column<object>['type'],
    format: format ?? '',
    description: description || `Value at the JSONPath ${jsonPath}.`,
    priority: priority ?? 0,
    cell: (object, nowMs) => {
      const value = path === undefined ? undefined : firstAt(path, object);
      return value === undefined || value === null ? null : read(value, nowMs);
    },
  };
}

type CellReader = (value: unknown, nowMs: number) => Cell;

/** What a value becomes in a column of each type; values of another type leave the cell empty. */
const cellReaders: Readonly<Record<string, CellReader>> = {
  string: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  integer: (value) => (typeof value === 'number' ? Math.trunc(value) : null),
  number: (value) => (typeof value === 'number' ? value : null),
  boolean: (value) => (typeof value === 'boolean' ? value : null),
  date: (value, nowMs) => {
    if (typeof value !== 'string') return null;
    return parseTime(value) === undefined ? '<invalid>' : ageOf(value, nowMs);
  },
};

const noCell: CellReader = () => null;
