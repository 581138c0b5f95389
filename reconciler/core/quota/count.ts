/** The used amounts of a quota, counted anew from everything in its namespace. */
import type { ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import type { ClusterView } from '../model/view.ts';
import { isCounted } from './scopes.ts';
import { quotaQuantity, usageOf } from './usage.ts';

/** Quantities by quota resource: what stands in `spec.hard`, and how much of it is used. */
export function countedUsage(quota: ResourceQuota, view: ClusterView): Readonly<Record<string, string>> {
  const hard = quota.spec?.hard ?? {};
  const sums = new Map(Object.keys(hard).map((name): [string, number] => [name, 0]));
  for (const info of kindsOf(Object.keys(hard), view)) {
    for (const object of view.list<KubeObject>(
      apiVersionOf(info),
      info.kind,
      quota.metadata.namespace ?? '',
    )) {
      if (!isCounted(quota, object)) continue;
      for (const [name, amount] of usageOf(object, info)) {
        const sum = sums.get(name);
        if (sum !== undefined) sums.set(name, sum + amount);
      }
    }
  }
  return Object.fromEntries(
    [...sums].map(([name, amount]) => [name, quotaQuantity(name, amount, String(hard[name] ?? ''))]),
  );
}

/** The kinds whose objects can use any of the resources. */
function kindsOf(resources: readonly string[], view: ClusterView): readonly KindInfo[] {
  const found = new Map<string, KindInfo>();
  for (const resource of resources) {
    const info = kindOfResource(resource, view);
    if (info !== undefined) found.set(`${info.group}/${info.kind}`, info);
  }
  return [...found.values()];
}

function kindOfResource(resource: string, view: ClusterView): KindInfo | undefined {
  if (resource.startsWith('count/')) {
    const [plural = '', ...group] = resource.slice('count/'.length).split('.');
    return view.kinds.byPlural(group.join('.'), plural);
  }
  if (resource.startsWith('services.')) return view.kinds.byPlural('', 'services');
  if (resource.endsWith('requests.storage') || resource.endsWith('/persistentvolumeclaims'))
    return view.kinds.byPlural('', 'persistentvolumeclaims');
  return view.kinds.byPlural('', resource) ?? view.kinds.byPlural('', 'pods');
}
