/** Columns of pods. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../model/object.ts';
import { podCondition } from '../../model/pod-status.ts';
import {
  ageColumn,
  type ColumnTable,
  nameColumn,
  type RowCondition,
  summarizedTable,
  text,
  wide,
} from '../column.ts';
import { type PodSummary, podSummary } from '../pod-summary.ts';
import { none } from '../texts.ts';

const completed: Readonly<Record<string, readonly RowCondition[]>> = {
  Succeeded: [
    { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has run to completion.' },
  ],
  Failed: [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod has failed.' }],
};

const columns = summarizedTable<Pod, PodSummary>(podSummary, [
  nameColumn,
  text('Ready', 'Containers that are ready, of all containers of the pod.', (_pod, _now, { ready }) => ready),
  text('Status', 'State of the pod as its containers make it.', (_pod, _now, { status }) => status),
  text(
    'Restarts',
    'How often containers were restarted, and when last.',
    (_pod, _now, { restarts }) => restarts,
  ),
  ageColumn,
  wide('IP', 'Address of the pod.', (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || none),
  wide('Node', 'Node that the pod is bound to.', (pod) => pod.spec?.nodeName || none),
  wide(
    'Nominated Node',
    'Node on which room is made for the pod.',
    (pod) => pod.status?.nominatedNodeName || none,
  ),
  wide('Readiness Gates', 'Readiness gates that are met, of all of them.', readinessGates),
]);

export const podColumns: ColumnTable = {
  ...columns,
  conditions: (object: KubeObject) => completed[(object as Pod).status?.phase ?? ''],
};

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return none;
  const met = gates.filter(({ conditionType }) => podCondition(pod, conditionType)?.status === 'True');
  return `${met.length}/${gates.length}`;
}
