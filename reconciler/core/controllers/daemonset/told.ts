/** What a DaemonSet says of its pods: events of changes, once they are committed. */
import type { DaemonSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import type { Change, EventRecord } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { targetNode } from './daemon-pod.ts';

/** The source of its events; the controller itself has a longer name in Kubernetes, too. */
const events = eventsOf('daemonset-controller');

export function toldOf(
  set: DaemonSet,
  changes: readonly Change[],
  view: ClusterView,
): readonly EventRecord[] {
  return changes.flatMap((change) => {
    const { kind, name, namespace } = change.type === 'delete' ? change.ref : refOf(change.object);
    if (kind !== 'Pod' || change.type === 'update') return [];
    if (change.type === 'create') return events.normal(set, 'SuccessfulCreate', `Created pod: ${name}`);
    return [
      ...ending(set, view.get<Pod>('v1', 'Pod', namespace, name)),
      events.normal(set, 'SuccessfulDelete', `Deleted pod: ${name}`),
    ];
  });
}

/** A pod that has ended is said to be replaced. */
function ending(set: DaemonSet, pod: Pod | undefined): readonly EventRecord[] {
  if (pod === undefined) return [];
  const { name = '', namespace = '' } = pod.metadata;
  const where = `daemon pod ${namespace}/${name} on node ${targetNode(pod) ?? ''}`;
  if (pod.status?.phase === 'Failed')
    return [events.warning(set, 'FailedDaemonPod', `Found failed ${where}, will try to kill it`)];
  if (pod.status?.phase === 'Succeeded')
    return [events.normal(set, 'SucceededDaemonPod', `Found succeeded ${where}, will try to delete it`)];
  return [];
}

/** The event of a creation or deletion that the API refused. */
export function toldRefusal(set: DaemonSet, change: Change, why: string): EventRecord {
  return change.type === 'create'
    ? events.warning(set, 'FailedCreate', `Error creating: ${why}`)
    : events.warning(set, 'FailedDelete', `Error deleting: ${why}`);
}
