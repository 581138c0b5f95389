/** Keeps the status of ResourceQuotas: what may be had, and what is used of it once something is gone or ended. */
import type { Pod, ResourceQuota } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { type KubeObject, kindOf, refOf } from '../../model/object.ts';
import { emptyPlan, type Plan } from '../../model/plan.ts';
import { isPodTerminal } from '../../model/pod-status.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { freedAtMs } from '../../quota/charged-pod.ts';
import { countedUsage } from '../../quota/count.ts';
import { compareQuantities } from '../../quota/quantities.ts';
import { isCounted } from '../../quota/scopes.ts';
import { usageOf } from '../../quota/usage.ts';
import { isPod } from '../../registry/halves.ts';

export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  keysFor: (change, view) => {
    const { ref } = change;
    const quotas = view
      .list<ResourceQuota>('v1', 'ResourceQuota', ref.namespace)
      .filter((quota) => changesUsage(change, quota, view))
      .map(refOf);
    const isQuota = ref.kind === 'ResourceQuota' && ref.apiVersion === 'v1' && change.after !== undefined;
    return isQuota ? [...quotas.filter(({ name }) => name !== ref.name), ref] : quotas;
  },
  plan: (key, view, { nowMs }) => {
    const quota = view.get<ResourceQuota>('v1', 'ResourceQuota', key.namespace, key.name);
    if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return emptyPlan;
    const status = { hard: quota.spec?.hard ?? {}, used: countedUsage(quota, view, nowMs) };
    const plan = { ...emptyPlan, ...untilFreed(quota, view, nowMs) };
    if (isSame(status, quota.status)) return plan;
    const object = { ...quota, status } as ResourceQuota;
    return { ...plan, changes: [{ type: 'update', scope: 'status', object }] };
  },
};

interface Amounts {
  readonly hard?: Quantities;
  readonly used?: Quantities;
}

type Quantities = Readonly<Record<string, string>>;

/** Whether the amounts are the same, however they are written: admission writes sums its own way. */
function isSame(now: Amounts, before: Amounts | undefined): boolean {
  return sameQuantities(now.hard, before?.hard) && sameQuantities(now.used, before?.used);
}

function sameQuantities(a: Quantities = {}, b: Quantities = {}): boolean {
  const entries = Object.entries(a);
  if (entries.length !== Object.keys(b).length) return false;
  return entries.every(([name, quantity]) => {
    const other = b[name];
    return other !== undefined && compareQuantities(name, quantity, other) === 0;
  });
}

/** When pods that are on their way out, and hang there, stop to count. */
function untilFreed(quota: ResourceQuota, view: ClusterView, nowMs: number): Pick<Plan, 'requeueAfterMs'> {
  const times = view
    .list<Pod>('v1', 'Pod', quota.metadata.namespace ?? '')
    .filter((pod) => !isPodTerminal(pod))
    .map((pod) => freedAtMs(pod) ?? 0)
    .filter((freedMs) => freedMs >= nowMs);
  return times.length === 0 ? {} : { requeueAfterMs: Math.min(...times) - nowMs + 1 };
}

/**
 * What was made has been charged by admission in the same commit. What left has not, nor what ended, shrank or came
 * under another scope.
 */
function changesUsage({ before, after }: ViewChange, quota: ResourceQuota, view: ClusterView): boolean {
  if (before === undefined) return false;
  const counted = isCounted(quota, before);
  if (after === undefined) return counted;
  if (counted !== isCounted(quota, after)) return true;
  return counted && (isLeaving(before, after) || !sameQuantities(used(before, view), used(after, view)));
}

/** From here on the time counts. */
function isLeaving(before: KubeObject, after: KubeObject): boolean {
  const leaves = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;
  return isPod(after) && leaves(after) && !leaves(before);
}

/** As if no time had passed. */
function used(object: KubeObject, view: ClusterView): Quantities {
  return Object.fromEntries(usageOf(object, kindOf(object, view.kinds), 0));
}
