/**
 * All-or-nothing groups of pods, by the labels of the coscheduling plugin: `pod-group.scheduling.sigs.k8s.io/name` and,
 * of the same prefix, `min-available`, how many have to be placed at once.
 */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { isPodTerminal } from '../model/pod-status.ts';
import type { ClusterView } from '../model/view.ts';
import type { SchedulerConfiguration } from './profile.ts';
import { byTurn, isGated, waits } from './turn.ts';

const nameLabel = 'pod-group.scheduling.sigs.k8s.io/name';
const minAvailableLabel = 'pod-group.scheduling.sigs.k8s.io/min-available';

export interface PodGroup {
  readonly key: string;
  readonly name: string;
  readonly minAvailable: number;
  /** Those that wait and may be placed, in turn. */
  readonly waiting: readonly Pod[];
  /** Those that have a node already. */
  readonly placed: number;
}

/** Namespace and name of the pod's group; undefined for pods that stand alone. */
export function groupKey(pod: Pod): string | undefined {
  const name = pod.metadata.labels?.[nameLabel];
  return name === undefined || name === '' || minAvailableOf(pod) <= 1
    ? undefined
    : `${pod.metadata.namespace ?? ''}/${name}`;
}

/** A label that is no number asks for nothing. */
function minAvailableOf(pod: Pod): number {
  const text = pod.metadata.labels?.[minAvailableLabel] ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

export function podGroup(pod: Pod, view: ClusterView, configuration: SchedulerConfiguration): PodGroup {
  const { namespace = '', labels } = pod.metadata;
  const name = labels?.[nameLabel] ?? '';
  const members = view.podsLabelled(namespace, { [nameLabel]: name });
  return {
    key: groupKey(pod) ?? '',
    name,
    minAvailable: minAvailableOf(pod),
    waiting: members.filter((one) => waits(one, configuration) && !isGated(one)).sort(byTurn),
    placed: members.filter((one) => (one.spec?.nodeName ?? '') !== '' && !isPodTerminal(one)).length,
  };
}
