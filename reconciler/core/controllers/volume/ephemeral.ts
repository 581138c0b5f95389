/** Generic ephemeral volumes: each is a claim of its own, made for its pod and gone with it. */
import type { PersistentVolumeClaim, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { type Change, emptyPlan, type EventRecord } from '../../model/plan.ts';
import { foreignClaimMessage, isClaimOfPod, type PodClaim, podClaims } from '../../storage/pod-claims.ts';
import { eventsOf } from '../events.ts';

const events = eventsOf('ephemeral_volume');

export const ephemeralVolumeController: Controller = {
  name: 'ephemeral-volume-controller',
  keysFor: ({ ref, before, after }) => {
    if (ref.kind === 'Pod') {
      const isNew = before === undefined && after !== undefined;
      return isNew && podClaims(after as Pod).some(({ ephemeral }) => ephemeral) ? [ref] : [];
    }
    if (ref.kind !== 'PersistentVolumeClaim' || after !== undefined) return [];
    return (before?.metadata.ownerReferences ?? [])
      .filter(({ kind, controller }) => kind === 'Pod' && controller === true)
      .map(({ name }) => ({ apiVersion: 'v1', kind: 'Pod', namespace: ref.namespace, name }));
  },
  plan: ({ namespace, name }, view) => {
    const pod = view.get<Pod>('v1', 'Pod', namespace, name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return emptyPlan;
    const changes: Change[] = [];
    const told: EventRecord[] = [];
    for (const one of podClaims(pod)) {
      if (!one.ephemeral) continue;
      const claim = view.get<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespace, one.name);
      if (claim === undefined) changes.push({ type: 'create', object: claimOf(pod, one) });
      else if (!isClaimOfPod(claim, pod))
        told.push(events.warning(pod, 'FailedEphemeralVolume', foreignClaimMessage(claim, pod)));
    }
    return { changes, events: told };
  },
};

function claimOf(pod: Pod, { name, volume }: PodClaim): PersistentVolumeClaim {
  const template = volume.ephemeral?.volumeClaimTemplate;
  const { labels, annotations } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace: pod.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          name: pod.metadata.name ?? '',
          uid: pod.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    ...(template === undefined ? {} : { spec: template.spec }),
  };
}
