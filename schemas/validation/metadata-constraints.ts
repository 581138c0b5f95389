/** Names, labels, annotations, owners, finalizers and selectors: what every object has. */
import { core, meta, rbac } from './definition-names.ts';
import type { FormatName } from './formats.ts';
import { isEmpty, itemsOf, listOf, textOf } from './loose.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

/** Kinds whose names are not plain DNS subdomains, by definition. */
export const nameFormats: Readonly<Record<string, FormatName>> = {
  [core('Namespace')]: 'dns1123Label',
  [core('Service')]: 'dns1035Label',
  // A StatefulSet's pods are named after it, and their hosts after them.
  'io.k8s.api.apps.v1.StatefulSet': 'dns1123Label',
  'io.k8s.api.batch.v1.CronJob': 'cronJobName',
  'io.k8s.api.certificates.v1.CertificateSigningRequest': 'pathSegment',
  'io.k8s.api.networking.v1.IPAddress': 'ip',
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService': 'pathSegment',
  [rbac('ClusterRole')]: 'pathSegment',
  [rbac('ClusterRoleBinding')]: 'pathSegment',
  [rbac('Role')]: 'pathSegment',
  [rbac('RoleBinding')]: 'pathSegment',
};

export const defaultNameFormat: FormatName = 'dns1123Subdomain';

/** Kubernetes' bound on all annotations of an object together. */
const annotationsBytesMax = 256 * 1024;
const managerBytesMax = 128;
const subresourceBytesMax = 256;
/** The finalizers that need no domain. */
const standardFinalizers = ['foregroundDeletion', 'kubernetes', 'orphan'];

const annotationSize: Check = (metadata, report) => {
  const annotations = metadata['annotations'];
  if (typeof annotations !== 'object' || annotations === null) return;
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(textOf(value) ?? '');
  }
  if (bytes > annotationsBytesMax) report.tooLong(['annotations'], annotationsBytesMax);
};

/** Finalizers are `domain/name`, or one of Kubernetes' own. */
export function reportFinalizers(path: readonly string[], value: unknown, report: Reporter): void {
  const names = listOf(value);
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || name.includes('/') || standardFinalizers.includes(name)) continue;
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    report.invalid([...path, index], name, why);
  }
  if (names.includes('orphan') && names.includes('foregroundDeletion')) {
    const why = 'finalizer orphan and foregroundDeletion cannot be both set';
    report.invalid([...path], names, why);
  }
}

const finalizers: Check = (metadata, report) => {
  reportFinalizers(['finalizers'], metadata['finalizers'], report);
};

/** Every owner is named whole, and one at most controls. */
const owners: Check = (metadata, report) => {
  let controller = '';
  for (const [index, owner] of itemsOf(metadata['ownerReferences'])) {
    const path = ['ownerReferences', index];
    if (owner['apiVersion'] === '') report.invalid([...path, 'apiVersion'], '', 'version must not be empty');
    for (const field of ['kind', 'name', 'uid'])
      if (owner[field] === '') report.invalid([...path, field], '', 'must not be empty');
    if (owner['apiVersion'] === 'v1' && owner['kind'] === 'Event')
      report.invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner');
    if (owner['controller'] !== true) continue;
    const name = `${String(owner['kind'])}/${String(owner['name'])}`;
    if (controller === '') controller = name;
    else {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      report.invalid(['ownerReferences'], metadata['ownerReferences'], why);
    }
  }
};

const managers: Check = (metadata, report) => {
  for (const [index, entry] of itemsOf(metadata['managedFields'])) {
    const path = ['managedFields', index];
    const { operation, fieldsType, manager, subresource } = entry;
    if (operation !== 'Apply' && operation !== 'Update')
      report.invalid([...path, 'operation'], operation ?? '', 'must be `Apply` or `Update`');
    if (!isEmpty(fieldsType) && fieldsType !== 'FieldsV1')
      report.invalid([...path, 'fieldsType'], fieldsType, 'must be `FieldsV1`');
    reportManager([...path, 'manager'], textOf(manager) ?? '', report);
    if (Buffer.byteLength(textOf(subresource) ?? '') > subresourceBytesMax)
      report.tooLong([...path, 'subresource'], subresourceBytesMax);
  }
};

const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

function reportManager(path: readonly (string | number)[], manager: string, report: Reporter): void {
  if (Buffer.byteLength(manager) > managerBytesMax) report.tooLong(path, managerBytesMax);
  if (!unprintable.test(manager)) return;
  const position = [...manager].findIndex((character) => unprintable.test(character));
  const character = [...manager][position] ?? '';
  const why = `should only contain printable characters (invalid: ${JSON.stringify(character).replaceAll('"', "'")} at position ${position})`;
  report.invalid(path, manager, why);
}

const requirementValues: Check = (requirement, report) => {
  const { operator, values } = requirement;
  if (operator === 'In' || operator === 'NotIn') {
    if (isEmpty(values)) report.required(['values'], "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (!isEmpty(values))
      report.forbidden(['values'], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === undefined || typeof operator === 'string') {
    report.invalid(['operator'], operator ?? '', 'not a valid selector operator');
  }
};

export const metadataConstraints: Constraints = {
  [meta('ObjectMeta')]: {
    fields: {
      namespace: { format: 'dns1123Label' },
      generation: { min: 0 },
      labels: { keys: 'qualifiedName', values: { format: 'labelValue' } },
      annotations: { keys: 'annotationKey' },
      finalizers: { items: { format: 'qualifiedName' } },
    },
    checks: [annotationSize, finalizers, owners, managers],
  },
  [meta('LabelSelector')]: {
    fields: { matchLabels: { keys: 'qualifiedName', values: { format: 'labelValue' } } },
  },
  [meta('LabelSelectorRequirement')]: {
    fields: {
      key: { required: true, format: 'qualifiedName' },
      values: { items: { format: 'labelValue' } },
    },
    checks: [requirementValues],
  },
};
