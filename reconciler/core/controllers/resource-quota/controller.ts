/** Keeps the status of ResourceQuotas: what may be had, and what is used of it once something is gone or ended. */
import type { Pod, ResourceQuota } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import { emptyPlan } from '../../model/plan.ts';
import { isPodTerminal } from '../../model/pod-status.ts';
import type { ViewChange } from '../../model/view.ts';
import { countedUsage } from '../../quota/count.ts';
import { compareQuantities } from '../../quota/quantities.ts';

export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  keysFor: (change, view) => {
    if (change.ref.kind === 'ResourceQuota') return change.after === undefined ? [] : [change.ref];
    const { namespace } = change.ref;
    if (namespace === '' || !frees(change)) return [];
    return view.list<ResourceQuota>('v1', 'ResourceQuota', namespace).map(refOf);
  },
  plan: (key, view) => {
    const quota = view.get<ResourceQuota>('v1', 'ResourceQuota', key.namespace, key.name);
    if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return emptyPlan;
    const status = { hard: quota.spec?.hard ?? {}, used: countedUsage(quota, view) };
    if (isSame(status, quota.status)) return emptyPlan;
    const object = { ...quota, status } as ResourceQuota;
    return { ...emptyPlan, changes: [{ type: 'update', scope: 'status', object }] };
  },
};

interface Amounts {
  readonly hard?: Quantities;
  readonly used?: Quantities;
}

type Quantities = Readonly<Record<string, string>>;

/** Whether the amounts are the same, however they are written: admission writes sums its own way. */
function isSame(now: Amounts, before: Amounts | undefined): boolean {
  const same = (a: Quantities = {}, b: Quantities = {}): boolean =>
    Object.keys(a).length === Object.keys(b).length &&
    Object.entries(a).every(([name, quantity]) => {
      const other = b[name];
      return other !== undefined && compareQuantities(name, quantity, other) === 0;
    });
  return same(now.hard, before?.hard) && same(now.used, before?.used);
}

/** What was made or grew has been counted by admission in the same commit; what left or shrank has not. */
function frees({ before, after }: ViewChange): boolean {
  if (before === undefined || after === undefined) return before !== undefined;
  if (isPod(before) && isPod(after))
    return isPodTerminal(after) !== isPodTerminal(before) || !sameJson(before.spec, after.spec);
  return 'spec' in before && 'spec' in after && !sameJson(before.spec, after.spec);
}

function isPod(object: KubeObject): object is Pod {
  return object.kind === 'Pod' && object.apiVersion === 'v1';
}
