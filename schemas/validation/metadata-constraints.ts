/** Names, labels, annotations and selectors: what every object has. */
import { core, discovery, meta, rbac } from './definition-names.ts';
import type { FormatName } from './formats.ts';
import { isEmpty, textOf } from './loose.ts';
import type { Check, Constraints } from './rule.ts';

/** Kinds whose names are not plain DNS subdomains, by definition. */
export const nameFormats: Readonly<Record<string, FormatName>> = {
  [core('Namespace')]: 'dns1123Label',
  [core('Service')]: 'dns1035Label',
  'io.k8s.api.batch.v1.CronJob': 'cronJobName',
  'io.k8s.api.certificates.v1.CertificateSigningRequest': 'pathSegment',
  'io.k8s.api.networking.v1.IPAddress': 'ip',
  [rbac('ClusterRole')]: 'pathSegment',
  [rbac('ClusterRoleBinding')]: 'pathSegment',
  [rbac('Role')]: 'pathSegment',
  [rbac('RoleBinding')]: 'pathSegment',
  [core('Event')]: 'pathSegment',
  [discovery('EndpointSlice')]: 'dns1123Subdomain',
};

export const defaultNameFormat: FormatName = 'dns1123Subdomain';

/** Kubernetes' bound on all annotations of an object together. */
const annotationsBytesMax = 256 * 1024;

const annotationSize: Check = (metadata, report) => {
  const annotations = metadata['annotations'];
  if (typeof annotations !== 'object' || annotations === null) return;
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(textOf(value) ?? '');
  }
  if (bytes > annotationsBytesMax) report.tooLong(['annotations'], annotationsBytesMax);
};

const requirementValues: Check = (requirement, report) => {
  const { operator, values } = requirement;
  if ((operator === 'In' || operator === 'NotIn') && isEmpty(values)) {
    report.required(['values'], "must be specified when `operator` is 'In' or 'NotIn'");
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && !isEmpty(values)) {
    report.forbidden(['values'], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  }
};

export const metadataConstraints: Constraints = {
  [meta('ObjectMeta')]: {
    fields: {
      namespace: { format: 'dns1123Label' },
      labels: { keys: 'qualifiedName', values: { format: 'labelValue' } },
      annotations: { keys: 'annotationKey' },
      finalizers: { items: { format: 'qualifiedName' } },
    },
    checks: [annotationSize],
  },
  [meta('LabelSelector')]: {
    fields: { matchLabels: { keys: 'qualifiedName', values: { format: 'labelValue' } } },
  },
  [meta('LabelSelectorRequirement')]: {
    fields: {
      key: { required: true, format: 'qualifiedName' },
      operator: { required: true, oneOf: ['DoesNotExist', 'Exists', 'In', 'NotIn'] },
      values: { items: { format: 'labelValue' } },
    },
    checks: [requirementValues],
  },
};
