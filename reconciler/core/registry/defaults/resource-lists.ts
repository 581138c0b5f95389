/** Lists of resources, in the one way in which Kubernetes writes their amounts. */
import { canonicalResource } from '../../../../schemas/validation/canonical-quantity.ts';
import type { Fields } from '../../../../schemas/validation/loose.ts';
import type { KubeObject } from '../../model/object.ts';
import { each, type Fill, inside } from './absent-fields.ts';

/** A list of amounts by resource. */
export const filledAmounts: Fill = (amounts) => {
  let complete: Record<string, unknown> | undefined;
  for (const name in amounts) {
    const canonical = canonicalResource(amounts[name]);
    if (canonical === amounts[name]) continue;
    complete ??= { ...amounts };
    complete[name] = canonical;
  }
  return complete ?? amounts;
};

/** `limits` and `requests`. */
export function filledRequirements(resources: Fields): Fields {
  return inside(inside(resources, 'limits', filledAmounts), 'requests', filledAmounts);
}

/** Where kinds without a template of pods have such lists. */
const fills: Readonly<Record<string, Fill>> = {
  'v1/PersistentVolume': (volume) =>
    inside(volume, 'spec', (spec) => inside(spec, 'capacity', filledAmounts)),
  'v1/PersistentVolumeClaim': (claim) => inside(claim, 'spec', filledClaimAmounts),
  'v1/ResourceQuota': (quota) => inside(quota, 'spec', (spec) => inside(spec, 'hard', filledAmounts)),
  'v1/LimitRange': (range) => inside(range, 'spec', (spec) => each(spec, 'limits', filledLimits)),
  'node.k8s.io/v1/RuntimeClass': (runtime) =>
    inside(runtime, 'overhead', (overhead) => inside(overhead, 'podFixed', filledAmounts)),
};

const limitFields = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

const filledLimits: Fill = (limits) =>
  limitFields.reduce((all, field) => inside(all, field, filledAmounts), limits);

/** The spec of a claim, of its own or in a template. */
export const filledClaimAmounts: Fill = (spec) => inside(spec, 'resources', filledRequirements);

/** The object with the lists of its kind so written; lists of pods and templates are the pod spec's. */
export function withCanonicalAmounts(object: KubeObject): KubeObject {
  const fill = fills[`${object.apiVersion}/${object.kind}`];
  return fill === undefined ? object : (fill(object as unknown as Fields) as unknown as KubeObject);
}
