/** How many pods a disruption budget goes by: those that are there, or those that their controllers want. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../../../schemas/kubernetes/types/policy-v1.ts';
import { customScale } from '../../custom/scale.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ClusterView } from '../../model/view.ts';
import { isCustom } from '../../registry/halves.ts';
import { controllerOf } from '../owner.ts';

export interface Expectation {
  /** Pods that count as all of them. */
  readonly expected: number;
  /** How many of them have to be healthy. */
  readonly desired: number;
  /** Whether there are pods without a controller, which no size counts. */
  readonly unmanaged: boolean;
}

/** A text where the numbers cannot be told: a pod has a controller that is gone, or has no scale. */
export function expectationOf(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  view: ClusterView,
): Expectation | string {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const all = { expected: pods.length, unmanaged: false };
  if (typeof minAvailable === 'number') return { ...all, desired: minAvailable };
  if (minAvailable === undefined && maxUnavailable === undefined) return { ...all, desired: 0 };
  const managed = pods.filter((pod) => controllerOf(pod) !== undefined);
  const unmanaged = managed.length < pods.length;
  const expected = scaleOf(managed, view);
  if (typeof expected === 'string') return expected;
  if (minAvailable !== undefined) return { expected, desired: share(minAvailable, expected), unmanaged };
  const unavailable =
    typeof maxUnavailable === 'number' ? maxUnavailable : share(maxUnavailable ?? '0%', expected);
  return { expected, desired: Math.max(0, expected - unavailable), unmanaged };
}

/** `30%` of a number, rounded up as Kubernetes rounds for budgets. */
function share(percent: string | number, of: number): number {
  return Math.ceil((Number.parseInt(String(percent), 10) * of) / 100);
}

/** The sum of the sizes of all controllers that the pods have. */
function scaleOf(pods: readonly Pod[], view: ClusterView): number | string {
  const sizes = new Map<string, number>();
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const controller = view.byUid(controllerOf(pod)?.uid ?? '');
    if (controller === undefined) return `found no controllers for pod ${JSON.stringify(name)}`;
    const top = topController(controller, view);
    const size = replicasOf(top, view);
    if (size === undefined) return `${top.kind}.${top.apiVersion} does not implement the scale subresource`;
    sizes.set(top.metadata.uid ?? '', size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** A ReplicaSet of a Deployment is a step of a rollout; the Deployment's size is the one that counts. */
function topController(controller: KubeObject, view: ClusterView): KubeObject {
  if (controller.kind !== 'ReplicaSet') return controller;
  const owner = controllerOf(controller);
  const above = owner?.kind === 'Deployment' ? view.byUid(owner.uid) : undefined;
  return above ?? controller;
}

function replicasOf(object: KubeObject, view: ClusterView): number | undefined {
  const info = view.kinds.byGvk(object.apiVersion, object.kind);
  if (info?.subresources.some(({ name }) => name === 'scale') !== true) return undefined;
  if (isCustom(info)) return customScale(object, info, view).specReplicas;
  return (object as KubeObject & { readonly spec?: { readonly replicas?: number } }).spec?.replicas ?? 1;
}
