/** What a StatefulSet says of its pods and claims: one event per change, and the refusal of one. */
import type { StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../../model/object.ts';
import type { Change, EventRecord } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';
import { eventsOf } from '../events.ts';
import { memberOf } from './identity.ts';

export const controllerName = 'statefulset-controller';
const events = eventsOf(controllerName);

/** Events of the changes once they are committed. */
export function toldOf(
  set: StatefulSet,
  changes: readonly Change[],
  view: ClusterView,
): readonly EventRecord[] {
  return changes.flatMap((change) => {
    const { kind, name } = change.type === 'delete' ? change.ref : refOf(change.object);
    const where = `in StatefulSet ${set.metadata.name ?? ''}`;
    if (kind === 'PersistentVolumeClaim' && change.type === 'create')
      return events.normal(
        set,
        'SuccessfulCreate',
        `create Claim ${name} Pod ${podOf(name, set)} ${where} success`,
      );
    if (kind !== 'Pod') return [];
    switch (change.type) {
      case 'create':
        return events.normal(set, 'SuccessfulCreate', `create Pod ${name} ${where} successful`);
      case 'update':
        return events.normal(set, 'SuccessfulUpdate', `update Pod ${name} ${where} successful`);
      case 'delete':
        return [
          ...recreation(set, view.get<Pod>('v1', 'Pod', change.ref.namespace, name)),
          events.normal(set, 'SuccessfulDelete', `delete Pod ${name} ${where} successful`),
        ];
    }
  });
}

/** A pod that has ended is said to be replaced. */
function recreation(set: StatefulSet, pod: Pod | undefined): readonly EventRecord[] {
  const { name = '', namespace = '' } = set.metadata;
  const text = (how: string): string =>
    `StatefulSet ${namespace}/${name} is recreating ${how} Pod ${pod?.metadata.name ?? ''}`;
  if (pod?.status?.phase === 'Failed') return [events.warning(set, 'RecreatingFailedPod', text('failed'))];
  if (pod?.status?.phase === 'Succeeded')
    return [events.normal(set, 'RecreatingTerminatedPod', text('terminated'))];
  return [];
}

/** Events of a change that the API refused. */
export function toldRefusal(set: StatefulSet, change: Change, why: string): readonly EventRecord[] {
  const { kind, name } = change.type === 'delete' ? change.ref : refOf(change.object);
  const where = `in StatefulSet ${set.metadata.name ?? ''} failed error:`;
  const verb = change.type;
  const reason = `Failed${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
  if (kind === 'Pod') return [events.warning(set, reason, `${verb} Pod ${name} ${where} ${why}`)];
  if (kind !== 'PersistentVolumeClaim' || verb !== 'create') return [];
  const pod = podOf(name, set);
  return [
    events.warning(set, reason, `create Claim ${name} for Pod ${pod} ${where} ${why}`),
    events.warning(set, reason, `create Pod ${pod} ${where} failed to create PVC ${name}: ${why}`),
  ];
}

/** The pod that a claim is for: claims are named `TEMPLATE-SET-ORDINAL`. */
function podOf(claim: string, set: StatefulSet): string {
  return `${set.metadata.name ?? ''}-${memberOf(claim)?.ordinal ?? ''}`;
}
