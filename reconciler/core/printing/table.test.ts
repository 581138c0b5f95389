import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomResourceDefinition } from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { kindOf } from '../model/object.ts';
import { refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { columnsOf } from './columns.ts';
import { partialObjectMetadata, partialObjectMetadataList } from './partial-object-metadata.ts';
import { made, nowMs } from './printing-scenario.ts';
import { rowsOf, type TableOptions, tableOf, tableText } from './table.ts';

const maps = [
  made({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1', b: '2' }, binaryData: { c: '' } }),
  made({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'two', labels: { app: 'shop' } } }),
];
const failed = made({ apiVersion: 'v1', kind: 'Pod', spec: { containers: [] }, status: { phase: 'Failed' } });
const view = new MutableView();
const options: TableOptions = { nowMs, includeObject: 'Metadata', version: 'v1' };

const widgets: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  status: { conditions: [{ type: 'Established', status: 'True' }] },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'boolean', jsonPath: '.status.ready', description: 'Whether it works.' },
          { name: 'Ratio', type: 'number', jsonPath: '.spec.ratio', priority: 1, format: 'double' },
          { name: 'Since', type: 'date', jsonPath: '.status.since' },
          { name: 'What', type: 'string', jsonPath: '.spec.what' },
        ],
      },
      { name: 'v1beta1', served: true, storage: false },
    ],
  },
};

test('a table has its columns, and a row per object with its metadata', () => {
  const [first] = maps;
  assert.ok(first !== undefined);
  const table = tableOf(maps, columnsOf(kindOf(first), view), options);
  assert.deepEqual([table.kind, table.apiVersion], ['Table', 'meta.k8s.io/v1']);
  assert.deepEqual(table.columnDefinitions[0], {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name of the object, unique among its kind in its namespace.',
    priority: 0,
  });
  assert.deepEqual(
    table.rows.map(({ cells }) => cells),
    [
      ['one', 3, '5m'],
      ['two', 0, '5m'],
    ],
  );
  assert.deepEqual(table.rows[1]?.object, {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: maps[1]?.metadata,
  });
});

test('rows carry the whole object, or none, as asked for', () => {
  const [first] = maps;
  assert.ok(first !== undefined);
  const columns = columnsOf(kindOf(first), view);
  assert.equal(rowsOf(maps, columns, { ...options, includeObject: 'Object' })[0]?.object, first);
  assert.equal(rowsOf(maps, columns, { ...options, includeObject: 'None' })[0]?.object, null);
  assert.equal(tableOf(maps, columns, { ...options, version: 'v1beta1' }).apiVersion, 'meta.k8s.io/v1beta1');
});

test('pods that have ended are marked', () => {
  const [row] = rowsOf([failed], columnsOf(kindOf(failed), view), options);
  assert.deepEqual(
    row?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [['Completed', 'True', 'Failed']],
  );
});

test('the text of a table is the JSON of the table', () => {
  const metadata = { resourceVersion: '7' };
  for (const includeObject of ['None', 'Metadata', 'Object'] as const) {
    for (const objects of [maps, [failed], []]) {
      const columns = columnsOf(kindOf(objects[0] ?? failed), view);
      const wanted = { ...tableOf(objects, columns, { ...options, includeObject }), metadata };
      const text = tableText(objects, columns, { ...options, includeObject }, metadata, (value) =>
        JSON.stringify(value),
      );
      assert.deepEqual(JSON.parse(text), wanted);
    }
  }
});

test('custom resources have the columns of their definition, typed', () => {
  const served = new MutableView();
  served.apply(refOf(widgets), widgets, 1);
  const info = served.kinds.byGvk('example.com/v1', 'Widget');
  assert.ok(info !== undefined);
  const columns = columnsOf(info, served);
  assert.deepEqual(
    columns.definitions.map(({ name, type, format, priority }) => [name, type, format, priority]),
    [
      ['Name', 'string', 'name', 0],
      ['Size', 'integer', '', 0],
      ['Ready', 'boolean', '', 0],
      ['Ratio', 'number', 'double', 1],
      ['Since', 'date', '', 0],
      ['What', 'string', '', 0],
    ],
  );
  const widget = (spec: object, status: object): unknown =>
    columns.cells(made({ apiVersion: 'example.com/v1', kind: 'Widget', spec, status }), nowMs);
  assert.deepEqual(
    widget({ size: 3.7, ratio: 0.5, what: { a: [1] } }, { ready: true, since: '2026-11-26T10:00:00Z' }),
    ['one', 3, true, 0.5, '120m', '{"a":[1]}'],
  );
  assert.deepEqual(widget({ size: 'big', what: 7 }, { ready: 'yes', since: 'noon' }), [
    'one',
    null,
    null,
    null,
    '<invalid>',
    '7',
  ]);
  assert.equal(columnsOf(info, served), columns);
});

test('custom resources without columns show their age', () => {
  const served = new MutableView();
  served.apply(refOf(widgets), widgets, 1);
  const info = served.kinds.byGvk('example.com/v1beta1', 'Widget');
  assert.ok(info !== undefined);
  const columns = columnsOf(info, served);
  assert.deepEqual(
    columns.definitions.map(({ name, type }) => [name, type]),
    [
      ['Name', 'string'],
      ['Age', 'date'],
    ],
  );
  assert.deepEqual(columns.cells(made({ apiVersion: 'example.com/v1beta1', kind: 'Widget' }), nowMs), [
    'one',
    '5m',
  ]);
});

test('metadata alone', () => {
  const [first] = maps;
  assert.ok(first !== undefined);
  assert.deepEqual(partialObjectMetadata(first, 'v1beta1'), {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1beta1',
    metadata: first.metadata,
  });
  const list = partialObjectMetadataList(maps, { resourceVersion: '7' }, 'v1');
  assert.deepEqual(
    [list.kind, list.metadata, list.items.length],
    ['PartialObjectMetadataList', { resourceVersion: '7' }, 2],
  );
});
