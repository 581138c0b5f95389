/** What a set's status says of its pods. */
import type { ReplicaSetCondition, ReplicaSetStatus } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { hasLabels } from '../../model/label-selector.ts';
import { availableInMs, isPodReady } from '../../model/pod-status.ts';
import { formatTime } from '../../model/time.ts';
import type { ReplicatedKind, ReplicatedSet } from './replicated-set.ts';

/** A set's pods: the active ones, and how many of its others are on their way out. */
export interface SetPods {
  readonly active: readonly Pod[];
  readonly terminating: number;
}

/** The last creation or deletion that the API refused. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

interface Availability {
  readonly labelled: number;
  readonly ready: number;
  readonly available: number;
  /** When the next pod becomes available by time alone. */
  readonly nextInMs: number | undefined;
}

/** Counts in one pass: a set may have ten thousand pods, and is planned with every change of theirs. */
function availabilityOf(set: ReplicatedSet, pods: readonly Pod[], nowMs: number): Availability {
  const templateLabels = set.spec?.template?.metadata?.labels ?? {};
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  let [labelled, ready, available] = [0, 0, 0];
  let nextInMs: number | undefined;
  for (const pod of pods) {
    if (hasLabels(templateLabels, pod.metadata.labels)) labelled += 1;
    if (!isPodReady(pod)) continue;
    ready += 1;
    const inMs = minReadySeconds === 0 ? 0 : availableInMs(pod, minReadySeconds, nowMs);
    if (inMs === 0) available += 1;
    else if (inMs !== undefined && (nextInMs === undefined || inMs < nextInMs)) nextInMs = inMs;
  }
  return { labelled, ready, available, nextInMs };
}

/**
 * The status, and when it changes by time alone. Zeros are left out, as Kubernetes leaves them out, but `replicas` and
 * `terminatingReplicas`. A failure that is told already keeps its time and text.
 */
export function setStatus(
  kind: ReplicatedKind,
  set: ReplicatedSet,
  pods: SetPods,
  failure: ReplicaFailure | undefined,
  nowMs: number,
): { readonly status: ReplicaSetStatus; readonly nextInMs: number | undefined } {
  const { labelled, ready, available, nextInMs } = availabilityOf(set, pods.active, nowMs);
  const conditions = conditionsOf(set.status?.conditions ?? [], failure, nowMs);
  const status = {
    replicas: pods.active.length,
    ...(labelled === 0 ? {} : { fullyLabeledReplicas: labelled }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    ...(kind.countsTerminating ? { terminatingReplicas: pods.terminating } : {}),
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
  return { status, nextInMs };
}

function conditionsOf(
  known: readonly ReplicaSetCondition[],
  failure: ReplicaFailure | undefined,
  nowMs: number,
): readonly ReplicaSetCondition[] {
  const type = 'ReplicaFailure';
  if (failure === undefined) return known.filter((condition) => condition.type !== type);
  if (known.some((condition) => condition.type === type)) return known;
  return [...known, { type, status: 'True', lastTransitionTime: formatTime(nowMs), ...failure }];
}
