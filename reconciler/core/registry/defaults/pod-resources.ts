/** Kubernetes' defaults of a pod's own resources (KEP-2837): its requests from its containers', then its limits. */
import { type Fields, fieldsOf, isFields, itemsOf } from '../../../../schemas/validation/loose.ts';
import { quantityValue } from '../../../../schemas/validation/quantity.ts';
import { withDefaults } from './absent-fields.ts';

const aggregated = ['cpu', 'memory'];

/** Only pods that say something of their own resources are given requests. */
export function filledPodResources(spec: Fields): Fields {
  const own = spec['resources'];
  if (!isFields(own)) return spec;
  const [limits, requests] = [fieldsOf(own['limits']), fieldsOf(own['requests'])];
  if (Object.keys(limits).length === 0) return spec;
  const missing: Record<string, unknown> = {};
  for (const name of aggregated) {
    const sum = requests[name] === undefined ? requestedTogether(spec, name) : undefined;
    if (sum !== undefined) missing[name] = sum;
  }
  const complete = withDefaults(withDefaults(requests, missing), limits);
  return complete === own['requests'] ? spec : { ...spec, resources: { ...own, requests: complete } };
}

/** The sum over containers that run at the same time; nothing where none asks. A single request stays as written. */
function requestedTogether(spec: Fields, name: string): string | undefined {
  const requestOf = (container: Fields): unknown =>
    fieldsOf(fieldsOf(container['resources'])['requests'])[name];
  const asked = [...itemsOf(spec['containers']), ...itemsOf(spec['initContainers'])].filter(
    ([, container]) => requestOf(container) !== undefined,
  );
  const [first] = asked;
  if (first === undefined) return undefined;
  if (asked.length === 1) return String(requestOf(first[1]));
  const value = (container: Fields): number => quantityValue(requestOf(container)) ?? 0;
  const main = itemsOf(spec['containers']).reduce((sum, [, container]) => sum + value(container), 0);
  let [sidecars, peak] = [0, 0];
  for (const [, container] of itemsOf(spec['initContainers'])) {
    if (container['restartPolicy'] === 'Always') sidecars += value(container);
    peak = Math.max(peak, container['restartPolicy'] === 'Always' ? sidecars : sidecars + value(container));
  }
  const total = Math.max(main + sidecars, peak);
  return Number.isInteger(total) ? String(total) : `${Math.round(total * 1000)}m`;
}
