/** Which columns each kind has. */
import type { KindInfo } from '../../../schemas/kinds.ts';
import type { ClusterView } from '../model/view.ts';
import { type Column, type ColumnTable, columnTable, nameColumn } from './column.ts';
import { accessColumns } from './columns/access.ts';
import { autoscalerColumns } from './columns/autoscalers.ts';
import { berthColumns } from './columns/berth.ts';
import { clusterColumns } from './columns/cluster.ts';
import { eventColumns } from './columns/events.ts';
import { extensionColumns } from './columns/extensions.ts';
import { jobColumns } from './columns/jobs.ts';
import { networkColumns } from './columns/network.ts';
import { podColumns } from './columns/pods.ts';
import { storageColumns } from './columns/storage.ts';
import { workloadColumns } from './columns/workloads.ts';
import { customColumns } from './custom-columns.ts';
import type { KubeObject } from '../model/object.ts';

const createdColumn: Column<KubeObject> = {
  name: 'Created At',
  type: 'date',
  format: '',
  description: 'When the object was created.',
  priority: 0,
  cell: ({ metadata }) => metadata.creationTimestamp ?? null,
};

/** Built-in kinds without columns of their own (roles, limit ranges, definitions of custom resources). */
const otherColumns = columnTable<KubeObject>([nameColumn, createdColumn]);

/** By group and kind, `apps/Deployment`; the core group is empty. The versions of a kind share their columns. */
const builtIn: ReadonlyMap<string, ColumnTable> = new Map(
  Object.entries({
    '/Pod': podColumns,
    ...accessColumns,
    ...autoscalerColumns,
    ...berthColumns,
    ...clusterColumns,
    ...eventColumns,
    ...extensionColumns,
    ...jobColumns,
    ...networkColumns,
    ...storageColumns,
    ...workloadColumns,
  }),
);

/** The columns that kube-apiserver prints for a kind. */
export function columnsOf(info: KindInfo, view: ClusterView): ColumnTable {
  return builtIn.get(`${info.group}/${info.kind}`) ?? customColumns(info, view) ?? otherColumns;
}

/** The columns of an autoscaling/v1 Scale, which has no row of its own in the table of kinds. */
export function scaleColumns(): ColumnTable {
  return builtIn.get('autoscaling/Scale') ?? otherColumns;
}
