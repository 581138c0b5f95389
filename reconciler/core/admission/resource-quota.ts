/**
 * ResourceQuotas: what a namespace may have in sum. The used amounts are raised in the commit that makes the object, by
 * compare-and-set, so that two writers can never both take the last place.
 */
import type { Container, Pod, ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import { groupOf } from '../../../schemas/kinds.ts';
import type { UpdateChange } from '../model/plan.ts';
import { countedUsage } from '../quota/count.ts';
import { isCounted } from '../quota/scopes.ts';
import { quotaAmount, quotaQuantity, type Usage, usageOf } from '../quota/usage.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

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
  const { object, before, info } = request;
  const added = difference(usageOf(object, info), before === undefined ? new Map() : usageOf(before, info));
  const counting = quotas.filter((quota) => isCounted(quota, object));
  if (request.operation === 'CREATE' && object.kind === 'Pod' && groupOf(object.apiVersion) === '') {
    const lacking = counting.flatMap((quota) => unspecified(quota, object as Pod));
    if (lacking[0] !== undefined) return refuse(request, lacking[0]);
  }
  const alongside: UpdateChange[] = [];
  for (const quota of counting) {
    const verdict = chargedTo(quota, added, request);
    if (typeof verdict === 'string') return refuse(request, verdict);
    if (verdict !== undefined) alongside.push(verdict);
  }
  return { alongside };
}

function difference(now: Usage, before: Usage): Usage {
  const added = new Map<string, number>();
  for (const [name, amount] of now) {
    const more = amount - (before.get(name) ?? 0);
    if (more > 0) added.set(name, more);
  }
  return added;
}

/** The quota with more used, a refusal where that is too much, or nothing where it does not limit what is added. */
function chargedTo(
  quota: ResourceQuota,
  added: Usage,
  { view }: AdmissionRequest,
): UpdateChange | string | undefined {
  const hard = quota.spec?.hard ?? {};
  const limited = [...added]
    .filter(([name]) => Object.hasOwn(hard, name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (limited.length === 0) return undefined;
  const counted = limited.every(([name]) => quota.status?.used?.[name] !== undefined);
  const used = counted ? (quota.status?.used ?? {}) : countedUsage(quota, view);
  const next: Record<string, string> = { ...used };
  const exceeded: { name: string; asked: string }[] = [];
  for (const [name, amount] of limited) {
    const limit = String(hard[name] ?? '0');
    const sum = quotaAmount(name, used[name] ?? '0') + amount;
    next[name] = quotaQuantity(name, sum, limit);
    if (sum > quotaAmount(name, limit)) exceeded.push({ name, asked: quotaQuantity(name, amount, limit) });
  }
  if (exceeded.length > 0) {
    const list = (value: (one: { name: string; asked: string }) => string): string =>
      exceeded.map((one) => `${one.name}=${value(one)}`).join(',');
    return `exceeded quota: ${quota.metadata.name ?? ''}, requested: ${list(({ asked }) => asked)}, used: ${list(({ name }) => String(used[name] ?? '0'))}, limited: ${list(({ name }) => String(hard[name]))}`;
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

function unspecified(quota: ResourceQuota, { spec }: Pod): readonly string[] {
  const containers: readonly Container[] = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const missing = Object.keys(quota.spec?.hard ?? {})
    .sort()
    .flatMap((name) => {
      const [side, resource] = demanded[name] ?? [];
      if (side === undefined || resource === undefined) return [];
      if (spec?.resources?.[side]?.[resource] !== undefined) return [];
      const without = containers.filter(({ resources }) => resources?.[side]?.[resource] === undefined);
      return without.length === 0 ? [] : [`${name} for: ${without.map((one) => one.name).join(',')}`];
    });
  return missing.length === 0
    ? []
    : [`failed quota: ${quota.metadata.name ?? ''}: must specify ${missing.join('; ')}`];
}
