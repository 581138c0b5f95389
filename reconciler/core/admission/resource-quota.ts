/**
 * ResourceQuotas: what a namespace may have in sum. The used amounts are raised in the commit that makes the object, by
 * compare-and-set, so that two writers can never both take the last place.
 */
import type { Container, Pod, ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { UpdateChange } from '../model/plan.ts';
import { countedUsage } from '../quota/count.ts';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  subtractQuantities,
} from '../quota/quantities.ts';
import { isCounted } from '../quota/scopes.ts';
import { type Usage, usageOf } from '../quota/usage.ts';
import { isPod } from '../registry/halves.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

type Quantities = Readonly<Record<string, string>>;

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  operations: ['CREATE', 'UPDATE'],
  subresources: new Set(['resize']),
  admit: (request) => {
    const { object, view } = request;
    const namespace = object.metadata.namespace ?? '';
    if (namespace === '' || (object.kind === 'ResourceQuota' && request.operation === 'UPDATE'))
      return admitted;
    const quotas = view.list<ResourceQuota>('v1', 'ResourceQuota', namespace);
    return quotas.length === 0 ? admitted : charged(request, quotas);
  },
};

function charged(request: AdmissionRequest, quotas: readonly ResourceQuota[]): Verdict {
  const { object, before, info, nowMs } = request;
  const counting = quotas.filter((quota) => isCounted(quota, object));
  // Of pods only creations and resizes are judged: what an update of one changes besides, no quota counts.
  if (isPod(object) && (request.operation === 'CREATE' || request.subresource === 'resize')) {
    const lacking = counting.flatMap((quota) => unspecified(quota, object));
    if (lacking[0] !== undefined) return refuse(request, lacking[0]);
  }
  const added = difference(
    usageOf(object, info, nowMs),
    before === undefined ? new Map() : usageOf(before, info, nowMs),
  );
  const alongside: UpdateChange[] = [];
  for (const quota of counting) {
    const verdict = chargedTo(quota, added, request);
    if (typeof verdict === 'string') return refuse(request, verdict);
    if (verdict !== undefined) alongside.push(verdict);
  }
  return { alongside };
}

function difference(now: Usage, before: Usage): Usage {
  const added = new Map<string, string>();
  for (const [name, quantity] of now) {
    const more = subtractQuantities(name, quantity, before.get(name) ?? '0');
    if (compareQuantities(name, more, '0') > 0) added.set(name, more);
  }
  return added;
}

/** The quota with more used, a refusal where that is too much, or nothing where it does not limit what is added. */
function chargedTo(
  quota: ResourceQuota,
  added: Usage,
  { view, nowMs }: AdmissionRequest,
): UpdateChange | string | undefined {
  const hard = quota.spec?.hard ?? {};
  const limited = [...added]
    .filter(([name]) => Object.hasOwn(hard, name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (limited.length === 0) return undefined;
  const counted = Object.keys(hard).every((name) => quota.status?.used?.[name] !== undefined);
  const used = counted ? (quota.status?.used ?? {}) : countedUsage(quota, view, nowMs);
  const next: Record<string, string> = { ...used };
  for (const [name, more] of limited) next[name] = addQuantities(name, used[name] ?? '0', more);
  const exceeded = limited
    .map(([name]) => name)
    .filter((name) => compareQuantities(name, next[name] ?? '0', hard[name] ?? '0') > 0);
  if (exceeded.length > 0) {
    const list = (quantities: Quantities): string =>
      exceeded.map((name) => `${name}=${canonicalQuantity(name, quantities[name] ?? '0')}`).join(',');
    return `exceeded quota: ${quota.metadata.name ?? ''}, requested: ${list(Object.fromEntries(limited))}, used: ${list(used)}, limited: ${list(hard)}`;
  }
  const status = { ...quota.status, hard, used: next };
  return { type: 'update', scope: 'status', object: { ...quota, status } as ResourceQuota };
}

/** What a quota on amounts makes a pod say of each of its containers. */
const demanded: Readonly<Record<string, readonly ['requests' | 'limits', string]>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
};

/** A pod that says what it needs as a whole need not say it of its containers. */
function unspecified(quota: ResourceQuota, { spec }: Pod): readonly string[] {
  const whole = { ...spec?.resources?.requests, ...spec?.resources?.limits };
  if (Object.keys(whole).length > 0) return [];
  const containers: readonly Container[] = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const missing = Object.keys(quota.spec?.hard ?? {})
    .sort()
    .flatMap((name) => {
      const [side, resource] = demanded[name] ?? [];
      if (side === undefined || resource === undefined) return [];
      const without = containers.filter(({ resources }) => resources?.[side]?.[resource] === undefined);
      const names = [...new Set(without.map((one) => one.name))].sort();
      return names.length === 0 ? [] : [`${name} for: ${names.join(',')}`];
    });
  return missing.length === 0
    ? []
    : [`failed quota: ${quota.metadata.name ?? ''}: must specify ${missing.join('; ')}`];
}
