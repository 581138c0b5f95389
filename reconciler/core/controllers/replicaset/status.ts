import type { ReplicaSet, ReplicaSetStatus } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { hasLabels } from '../../model/label-selector.ts';
import { availableInMs, isPodReady } from '../../model/pod-status.ts';

/** The counts of a set with these active pods. Zeros are left out, as Kubernetes leaves them out, but `replicas`. */
export function replicaSetStatus(set: ReplicaSet, pods: readonly Pod[], nowMs: number): ReplicaSetStatus {
  const templateLabels = set.spec?.template?.metadata?.labels ?? {};
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const labelled = pods.filter((pod) => hasLabels(templateLabels, pod.metadata.labels)).length;
  const ready = pods.filter(isPodReady).length;
  const available = pods.filter((pod) => availableInMs(pod, minReadySeconds, nowMs) === 0).length;
  const conditions = set.status?.conditions ?? [];
  return {
    replicas: pods.length,
    ...(labelled === 0 ? {} : { fullyLabeledReplicas: labelled }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
