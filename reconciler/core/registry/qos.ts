/** A pod's quality of service class, as Kubernetes derives it from requests and limits of cpu and memory. */
import { fieldsOf, isFields, itemsOf } from '../../../schemas/validation/loose.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const computed = ['cpu', 'memory'] as const;

/** The amounts of cpu and memory that are more than nothing. */
function amounts(resources: unknown, kind: 'requests' | 'limits'): ReadonlyMap<string, number> {
  const list = fieldsOf(fieldsOf(resources)[kind]);
  const found = new Map<string, number>();
  for (const name of computed) {
    const value = quantityValue(list[name]);
    if (value !== undefined && value > 0) found.set(name, value);
  }
  return found;
}

/**
 * The class of a pod. A pod's own resources, where it has any, count instead of its containers' (KEP-2837).
 * Guaranteed is who limits cpu and memory and requests as much, by value; BestEffort who asks for neither.
 */
export function qosClassOf(pod: { readonly spec?: unknown }): QosClass {
  const spec = fieldsOf(pod.spec);
  const own = spec['resources'];
  const claims = isFields(own) && (isFields(own['requests']) || isFields(own['limits']));
  const bearers = claims
    ? [own]
    : [...itemsOf(spec['containers']), ...itemsOf(spec['initContainers'])].map(
        ([, container]) => container['resources'],
      );
  let asks = false;
  let guaranteed = true;
  for (const resources of bearers) {
    const [requests, limits] = [amounts(resources, 'requests'), amounts(resources, 'limits')];
    if (requests.size > 0 || limits.size > 0) asks = true;
    // A limit without a request is requested in full.
    const full = computed.every((name) => {
      const limit = limits.get(name);
      return limit !== undefined && (requests.get(name) ?? limit) === limit;
    });
    guaranteed &&= full;
  }
  if (!asks) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
