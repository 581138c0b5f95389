/** The annotations by which a Deployment remembers revisions and sizes on its ReplicaSets. */
import type { Deployment, ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import { type Rollout, allSets, nameOf, sizeOf } from './rollout.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Annotations that belong to the object that bears them and are not handed down. */
const notInherited: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
]);

type Annotations = Readonly<Record<string, string>>;

/** 0 where there is none. As Kubernetes' 64-bit numbers, which are too long for a plain one. */
export function revisionOf(object: Deployment | ReplicaSet): bigint {
  const text = object.metadata.annotations?.[revisionAnnotation];
  return text !== undefined && /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}

export function numberIn(object: Deployment | ReplicaSet, annotation: string): number | undefined {
  const text = object.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The revision that the new set has to have: above all others. */
export function nextRevision(rollout: Rollout): bigint {
  return rollout.oldSets.map(revisionOf).reduce((most, one) => (one > most ? one : most), 0n) + 1n;
}

/** What the sizes are to be compared with at the next change of `spec.replicas`. */
export function sizeAnnotations(rollout: Rollout): Annotations {
  return {
    [desiredReplicasAnnotation]: String(rollout.replicas),
    [maxReplicasAnnotation]: String(rollout.replicas + rollout.maxSurge),
  };
}

function inherited(deployment: Deployment): Annotations {
  const entries = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => !notInherited.has(key)));
}

/** Annotations of a set that is about to be made. */
export function firstAnnotations(rollout: Rollout): Annotations {
  return {
    ...inherited(rollout.deployment),
    [revisionAnnotation]: String(nextRevision(rollout)),
    ...sizeAnnotations(rollout),
  };
}

/** Annotations of the set that exists: a set that became current again gets a new revision and keeps the old ones. */
function renewedAnnotations(set: ReplicaSet, rollout: Rollout): Annotations {
  const annotations = { ...set.metadata.annotations, ...inherited(rollout.deployment) };
  const [was, next] = [revisionOf(set), nextRevision(rollout)];
  if (was >= next) return annotations;
  const history = annotations[revisionHistoryAnnotation];
  return {
    ...annotations,
    [revisionAnnotation]: String(next),
    ...(was === 0n
      ? {}
      : { [revisionHistoryAnnotation]: history === undefined ? String(was) : `${history},${was}` }),
  };
}

/** All existing sets as they shall be: resized by `sizes`, annotated, the current one with today's minReadySeconds. */
export function renewedSets(rollout: Rollout, sizes: ReadonlyMap<string, number>): readonly ReplicaSet[] {
  return allSets(rollout).map((set) => {
    const replicas = sizes.get(nameOf(set)) ?? sizeOf(set);
    const current = set === rollout.newSet;
    const annotations = {
      ...(current ? renewedAnnotations(set, rollout) : set.metadata.annotations),
      ...(replicas > 0 || sizes.has(nameOf(set)) ? sizeAnnotations(rollout) : {}),
    };
    const spec = { selector: rollout.spec.selector, ...set.spec, replicas };
    const { minReadySeconds: _, ...withoutMinReady } = spec;
    const minReadySeconds = rollout.spec.minReadySeconds;
    const renewed = minReadySeconds === undefined ? withoutMinReady : { ...withoutMinReady, minReadySeconds };
    return { ...set, metadata: { ...set.metadata, annotations }, spec: current ? renewed : spec };
  });
}
