/** A pod's own resources against those of its containers. */
import { fieldsOf, isEmpty, isFields, itemsOf } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check } from './rule.ts';

/** What all containers request of one resource at the same time, init containers one after the other. */
function requestedTogether(spec: Readonly<Record<string, unknown>>, name: string): number {
  const requestOf = (container: Readonly<Record<string, unknown>>): number =>
    quantityValue(fieldsOf(fieldsOf(container['resources'])['requests'])[name]) ?? 0;
  const main = itemsOf(spec['containers']).reduce((sum, [, container]) => sum + requestOf(container), 0);
  let sidecars = 0;
  let peak = 0;
  for (const [, container] of itemsOf(spec['initContainers'])) {
    const request = requestOf(container);
    if (container['restartPolicy'] === 'Always') {
      sidecars += request;
      peak = Math.max(peak, sidecars);
    } else peak = Math.max(peak, sidecars + request);
  }
  return Math.max(main + sidecars, peak);
}

/** As a quantity: whole, or in thousandths. */
function quantityText(value: number): string {
  return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
}

/** The pod's requests cover its containers' sum, its limits each one of them. */
export const podResources: Check = (spec, report) => {
  const own = spec['resources'];
  if (!isFields(own)) return;
  for (const [name, request] of Object.entries(fieldsOf(own['requests']))) {
    const [mine, sum] = [quantityValue(request), requestedTogether(spec, name)];
    if (mine === undefined || mine >= sum) continue;
    const rule = `must be greater than or equal to aggregate container requests of ${quantityText(sum)}`;
    report.invalid(['resources', 'requests', { key: name }], String(request), rule);
  }
  const limits = fieldsOf(own['limits']);
  for (const [index, container] of itemsOf(spec['containers'])) {
    const resources = fieldsOf(container['resources']);
    for (const [name, limit] of Object.entries(fieldsOf(resources['limits']))) {
      const [value, most] = [quantityValue(limit), quantityValue(limits[name])];
      if (isEmpty(limits[name]) || value === undefined || most === undefined || value <= most) continue;
      report
        .showing(['resources', 'containers', index, { key: name }, 'limits'])
        .invalid(
          ['containers', index, 'resources', 'limits', { key: name }],
          String(limit),
          `must be less than or equal to pod limits of ${String(limits[name])}`,
        );
    }
  }
};
