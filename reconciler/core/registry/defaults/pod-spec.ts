/** Kubernetes' defaults of pods and of templates of pods. */
import { type Fields, fieldsOf, isFields, listOf, textOf } from '../../../../schemas/validation/loose.ts';
import { filledContainer, withHostPorts, withRequests } from './containers.ts';
import { each, type Fill, inside, withDefaults, withField } from './absent-fields.ts';
import { filledPodResources } from './pod-resources.ts';
import { filledAmounts, filledRequirements } from './resource-lists.ts';
import { filledVolume } from './volumes.ts';

const specDefaults: Fields = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
};

/** What pods and templates have in common. */
function filledSpec(spec: Fields): Fields {
  let filled = withDefaults(spec, specDefaults);
  filled = withAccountTwice(filled);
  filled = inside(filled, 'overhead', filledAmounts);
  filled = inside(filled, 'resources', filledRequirements);
  filled = each(filled, 'containers', filledContainer);
  filled = each(filled, 'initContainers', filledContainer);
  filled = each(filled, 'ephemeralContainers', filledContainer);
  return each(filled, 'volumes', filledVolume);
}

/** The service account has an old name, which the API keeps equal to the new one. */
function withAccountTwice(spec: Fields): Fields {
  const { serviceAccount, serviceAccountName } = spec;
  const name = textOf(serviceAccountName) || textOf(serviceAccount);
  if (name === undefined || name === '' || (serviceAccount === name && serviceAccountName === name))
    return spec;
  return { ...spec, serviceAccountName: name, serviceAccount: name };
}

/** A pod's spec: what a template leaves open until there is a pod is settled here. */
export function filledPodSpec(spec: Fields): Fields {
  let filled = withDefaults(filledSpec(spec), { enableServiceLinks: true });
  for (const list of ['containers', 'initContainers']) {
    filled = each(filled, list, withRequests);
    if (filled['hostNetwork'] === true) filled = each(filled, list, withHostPorts);
  }
  return filledPodResources(filled);
}

/** A template of pods. */
export function filledTemplate(template: Fields): Fields {
  return inside(template, 'spec', filledSpec);
}

const affinityKinds = ['podAffinity', 'podAntiAffinity'];
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

/**
 * A new pod's affinity terms and spread constraints with their label keys made into requirements on its own labels,
 * as KEP-3633 and KEP-3243 have the API server do it. Not idempotent by nature: a pod is given to it once.
 */
export function withLabelKeys(spec: Fields, labels: Fields): Fields {
  const term: Fill = (value) => keysAsRequirements(value, labels);
  let filled = each(spec, 'topologySpreadConstraints', term);
  filled = inside(filled, 'affinity', (affinity) =>
    affinityKinds.reduce<Fields>(
      (all, kind) =>
        inside(all, kind, (one) =>
          each(each(one, required, term), preferred, (weighted) => inside(weighted, 'podAffinityTerm', term)),
        ),
      affinity,
    ),
  );
  return filled;
}

function keysAsRequirements(term: Fields, labels: Fields): Fields {
  const selector = term['labelSelector'];
  if (!isFields(selector)) return term;
  const of = (keys: unknown, operator: string): readonly Fields[] =>
    listOf(keys).flatMap((key) => {
      const value = typeof key === 'string' ? labels[key] : undefined;
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const added = [...of(term['matchLabelKeys'], 'In'), ...of(term['mismatchLabelKeys'], 'NotIn')];
  if (added.length === 0) return term;
  const matchExpressions = [...listOf(selector['matchExpressions']), ...added];
  return withField(term, 'labelSelector', { ...fieldsOf(selector), matchExpressions });
}
