/** A container's environment, and what of a pod its containers may read: fields and resources. */
import { core } from './definition-names.ts';
import type { FieldPath } from './field-path.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, textOf } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check, Constraints, DefinitionConstraints, Reporter } from './rule.ts';

/** Fields that the environment can be made from, and those that files of a volume can. */
const environmentFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
export const volumeFields = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
/** Every field that the downward API has ever had a name for. */
const knownFields = new Set([
  ...environmentFields,
  ...volumeFields,
  'spec.host',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const hugePages = /^(requests|limits)\.hugepages-/;
const byteDivisors = new Set([
  1,
  ...[3, 6, 9, 12, 15, 18].map((e) => 10 ** e),
  ...[10, 20, 30, 40, 50, 60].map((e) => 2 ** e),
]);
const byteDivisorNames = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

/** `metadata.labels['app']` as its path and its subscript. */
const subscripted = /^(.*)\['(.*)'\]$/s;

/** Reports a reference to a field of the pod that the downward API does not give. */
export function fieldReference(
  reference: Fields,
  supported: readonly string[],
  path: FieldPath,
  report: Reporter,
): void {
  const [version, field] = [textOf(reference['apiVersion']) ?? 'v1', textOf(reference['fieldPath']) ?? ''];
  const fieldPath = [...path, 'fieldPath'];
  if (field === '') return report.required(fieldPath);
  if (version !== '' && version !== 'v1') {
    return report.invalid(
      fieldPath,
      field,
      `error converting fieldPath: unsupported pod version: ${version}`,
    );
  }
  const [, base, key] = subscripted.exec(field) ?? [];
  if (base === undefined || key === undefined) {
    if (!knownFields.has(field)) {
      return report.invalid(
        fieldPath,
        field,
        `error converting fieldPath: field label not supported: ${field}`,
      );
    }
    const name = field === 'spec.host' ? 'spec.nodeName' : field;
    return supported.includes(name) ? undefined : report.unsupported(fieldPath, field, supported);
  }
  if (base === 'metadata.annotations') return report.format(path, key.toLowerCase(), 'qualifiedName');
  if (base === 'metadata.labels') return report.format(path, key, 'qualifiedName');
  report.invalid(
    fieldPath,
    field,
    `error converting fieldPath: field label does not support subscript: ${field}`,
  );
}

/** Reports a reference to a container's resource that does not exist, or a divisor that does not fit it. */
export function resourceReference(
  reference: Fields,
  needsContainer: boolean,
  path: FieldPath,
  report: Reporter,
): void {
  const resource = textOf(reference['resource']) ?? '';
  if (needsContainer && isEmpty(reference['containerName'])) report.required([...path, 'containerName']);
  else if (resource === '') report.required([...path, 'resource']);
  else if (!resources.includes(resource) && !hugePages.test(resource))
    report.unsupported([...path, 'resource'], resource, resources);
  const divisor = quantityValue(reference['divisor']) ?? 0;
  if (divisor === 0) return;
  const [fits, rule] = divisorRule(resource, divisor);
  if (!fits) report.invalid([...path, 'divisor'], resource, rule);
}

function divisorRule(resource: string, divisor: number): readonly [boolean, string] {
  if (resource.endsWith('.cpu')) {
    const rule = "only divisor's values 1m and 1 are supported with the cpu resource";
    return [divisor === 1 || divisor === 0.001, rule];
  }
  const kind = hugePages.test(resource)
    ? 'hugepages'
    : resource.endsWith('.ephemeral-storage')
      ? 'local ephemeral storage'
      : 'memory';
  const rule = `only divisor's values ${byteDivisorNames} are supported with the ${kind} resource`;
  return [byteDivisors.has(divisor), rule];
}

const envSources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

const envValue: Check = (variable, report) => {
  const from = variable['valueFrom'];
  if (!isFields(from)) return;
  const set = envSources.filter((source) => !isEmpty(from[source]));
  if (set.length === 0) {
    const rule = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    report.invalid(['valueFrom'], '', rule);
  } else if (!isEmpty(variable['value']))
    report.invalid(['valueFrom'], '', 'may not be specified when `value` is not empty');
  else if (set.length > 1)
    report.invalid(['valueFrom'], '', 'may not have more than one field specified at a time');
  const { fieldRef, resourceFieldRef } = from;
  if (isFields(fieldRef)) fieldReference(fieldRef, environmentFields, ['valueFrom', 'fieldRef'], report);
  if (isFields(resourceFieldRef))
    resourceReference(resourceFieldRef, false, ['valueFrom', 'resourceFieldRef'], report);
};

/** Kubernetes names the list, not the item, where an item has no source or several. */
export const envFromSources: Check = (container, report) => {
  for (const [index, source] of itemsOf(container['envFrom'])) {
    const count = ['configMapRef', 'secretRef'].filter((name) => !isEmpty(source[name])).length;
    if (count === 1) continue;
    const rule =
      count === 0
        ? 'must specify one of: `configMapRef` or `secretRef`'
        : 'may not have more than one field specified at a time';
    report.showing(['envFrom']).invalid(['envFrom', index], '', rule);
  }
};

/** A file key's volume is one of the pod's, which is an emptyDir. */
const fileKeyVolume: Check = (reference, report, ancestors) => {
  const name = textOf(reference['volumeName']) ?? '';
  const spec = ancestors.find((ancestor) => Array.isArray(ancestor['containers']));
  const volume = itemsOf(spec?.['volumes']).find(([, one]) => one['name'] === name)?.[1];
  if (name !== '' && volume === undefined) report.notFound(['volumeName'], name);
  else if (volume !== undefined && !isFields(fieldsOf(volume)['emptyDir']))
    report.invalid(['volumeName'], name, 'referenced volume must be of type emptyDir');
};

const keySelector: DefinitionConstraints = {
  fields: {
    key: { required: true, format: 'configKey' },
    name: { required: true, format: 'dns1123Subdomain' },
  },
};
const namedSource: DefinitionConstraints = {
  fields: { name: { required: true, format: 'dns1123Subdomain' } },
};

export const environmentConstraints: Constraints = {
  [core('EnvVar')]: { fields: { name: { required: true, format: 'envName' } }, checks: [envValue] },
  [core('EnvFromSource')]: { fields: { prefix: { format: 'envName' } } },
  [core('ConfigMapKeySelector')]: keySelector,
  [core('SecretKeySelector')]: keySelector,
  [core('FileKeySelector')]: {
    fields: {
      key: { required: true, format: 'envName' },
      path: { required: true, format: 'localPath' },
      volumeName: { required: true },
    },
    checks: [fileKeyVolume],
  },
  [core('ConfigMapEnvSource')]: namedSource,
  [core('SecretEnvSource')]: namedSource,
};
