/** The used amounts of a quota, counted anew from everything in its namespace. */
import type { ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import { apiVersionOf, type KindInfo } from '../../../schemas/kinds.ts';
import type { KubeObject } from '../model/object.ts';
import type { ClusterView } from '../model/view.ts';
import { deviceClassSuffix } from './device-claims.ts';
import { addQuantities } from './quantities.ts';
import { isCounted } from './scopes.ts';
import { usageOf } from './usage.ts';

/** Quantities by quota resource: what stands in `spec.hard`, and how much of it is used at `nowMs` (Unix epoch). */
export function countedUsage(
  quota: ResourceQuota,
  view: ClusterView,
  nowMs: number,
): Readonly<Record<string, string>> {
  const names = Object.keys(quota.spec?.hard ?? {});
  const sums = new Map(names.map((name): [string, string] => [name, '0']));
  for (const info of kindsOf(names, view)) {
    for (const object of view.list<KubeObject>(
      apiVersionOf(info),
      info.kind,
      quota.metadata.namespace ?? '',
    )) {
      if (!isCounted(quota, object)) continue;
      for (const [name, quantity] of usageOf(object, info, nowMs)) {
        const sum = sums.get(name);
        if (sum !== undefined) sums.set(name, addQuantities(name, sum, quantity));
      }
    }
  }
  return Object.fromEntries(sums);
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
  if (resource.endsWith(deviceClassSuffix)) return view.kinds.byPlural('resource.k8s.io', 'resourceclaims');
  if (resource.startsWith('services.')) return view.kinds.byPlural('', 'services');
  if (resource.endsWith('requests.storage') || resource.endsWith('/persistentvolumeclaims'))
    return view.kinds.byPlural('', 'persistentvolumeclaims');
  return view.kinds.byPlural('', resource) ?? view.kinds.byPlural('', 'pods');
}
