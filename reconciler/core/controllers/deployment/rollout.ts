/** What every step of a Deployment's planning looks at, read once from the view. */
import type { Deployment, DeploymentSpec, ReplicaSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { PodTemplateSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { IntOrString } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { sameJson } from '../../model/json.ts';
import type { EventRecord } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';

/** The label that tells the ReplicaSets of one Deployment, and their pods, apart. */
export const templateHashLabel = 'pod-template-hash';

export interface Rollout {
  readonly deployment: Deployment;
  readonly spec: DeploymentSpec;
  /** Wanted pods. */
  readonly replicas: number;
  /** Pods above `replicas` that a rolling update may have at a time. */
  readonly maxSurge: number;
  /** Pods below `replicas` that a rolling update may have at a time. */
  readonly maxUnavailable: number;
  /** The set whose template is the Deployment's own. */
  readonly newSet: ReplicaSet | undefined;
  /** All others, oldest first. */
  readonly oldSets: readonly ReplicaSet[];
  readonly view: ClusterView;
  readonly nowMs: number;
}

/** What a step decided: the new set, if it is to be made, and new sizes by name of the set. */
export interface SetChanges {
  readonly create?: ReplicaSet;
  readonly sizes: ReadonlyMap<string, number>;
  /** Old sets beyond the history limit. */
  readonly forget?: readonly ReplicaSet[];
  readonly events?: readonly EventRecord[];
}

export const noSetChanges: SetChanges = { sizes: new Map() };

export function rolloutOf(
  deployment: Deployment,
  spec: DeploymentSpec,
  owned: readonly ReplicaSet[],
  view: ClusterView,
  nowMs: number,
): Rollout {
  const replicas = spec.replicas ?? 1;
  const sets = owned.toSorted(byAge);
  const newSet = sets.find((set) => sameTemplate(set.spec?.template, spec.template));
  const oldSets = sets.filter((set) => set !== newSet);
  return { deployment, spec, replicas, ...rollingBounds(spec, replicas), newSet, oldSets, view, nowMs };
}

/** Oldest first; sets of the same second by name. */
function byAge(left: ReplicaSet, right: ReplicaSet): number {
  const [a, b] = [left, right].map((set) => `${set.metadata.creationTimestamp ?? ''} ${nameOf(set)}`);
  return (a ?? '') < (b ?? '') ? -1 : 1;
}

/** Equal but for the label that the Deployment itself puts there. */
function sameTemplate(left: PodTemplateSpec | undefined, right: PodTemplateSpec): boolean {
  return left !== undefined && sameJson(withoutHash(left), withoutHash(right));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [templateHashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: __, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

/** Surge rounds up, unavailability rounds down; both zero would never move, so then one pod may be missing. */
export function rollingBounds(
  spec: DeploymentSpec,
  replicas: number,
): { maxSurge: number; maxUnavailable: number } {
  if (!isRolling(spec) || replicas === 0) return { maxSurge: 0, maxUnavailable: 0 };
  const rolling = spec.strategy?.rollingUpdate;
  const maxSurge = resolve(rolling?.maxSurge ?? '25%', replicas, Math.ceil);
  const maxUnavailable = Math.min(replicas, resolve(rolling?.maxUnavailable ?? '25%', replicas, Math.floor));
  return maxSurge === 0 && maxUnavailable === 0
    ? { maxSurge, maxUnavailable: 1 }
    : { maxSurge, maxUnavailable };
}

export function isRolling(spec: DeploymentSpec): boolean {
  return spec.strategy?.type !== 'Recreate';
}

/** A number, or a percentage of `total`. Validation has refused anything else. */
function resolve(value: IntOrString, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value, 10) * total) / 100);
}

export function allSets(rollout: Rollout): readonly ReplicaSet[] {
  return rollout.newSet === undefined ? rollout.oldSets : [...rollout.oldSets, rollout.newSet];
}

export function nameOf(set: ReplicaSet): string {
  return set.metadata.name ?? '';
}

/** Pods that the set is to have. */
export function sizeOf(set: ReplicaSet): number {
  return set.spec?.replicas ?? 1;
}

export function availableOf(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

export function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + count(set), 0);
}
