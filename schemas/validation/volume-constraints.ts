/** Volumes of pods that Kubernetes itself fills: from the API's objects, the host, claims and drivers. */
import { core } from './definition-names.ts';
import { fieldReference, resourceReference, volumeFields } from './environment-constraints.ts';
import type { FieldPath } from './field-path.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, numberOf, textOf } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check, Constraints, Reporter, Rule } from './rule.ts';

const mode: Rule = {
  min: 0,
  max: 0o777,
  outOfBounds: 'must be a number between 0 and 0777 (octal), both inclusive',
};
const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;
const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const sizeLimit: Check = (source, report) => {
  const limit = quantityValue(source['sizeLimit']);
  if (limit !== undefined && limit < 0)
    report.forbidden(['sizeLimit'], 'SizeLimit field must be a valid resource quantity');
};

/** Kubernetes names the volume, not the file, in what is wrong with a file of the downward API. */
const downwardFiles: Check = (source, report) => {
  for (const [index, file] of itemsOf(source['items']))
    reportDownwardFile(file, ['items', index], [], report);
};

function reportDownwardFile(file: Fields, at: FieldPath, shown: FieldPath, report: Reporter): void {
  const showing = (field?: string): Reporter =>
    report.showing(field === undefined ? shown : [...shown, field]);
  if (isEmpty(file['path'])) showing('path').required([...at, 'path']);
  showing('path').format([...at, 'path'], file['path'], 'localPath');
  const { fieldRef, resourceFieldRef } = file;
  if (isFields(fieldRef)) {
    fieldReference(fieldRef, volumeFields, [...at, 'fieldRef'], report);
    if (isFields(resourceFieldRef)) {
      const rule = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      showing().invalid(at, 'resource', rule);
    }
  } else if (isFields(resourceFieldRef)) {
    resourceReference(resourceFieldRef, true, [...at, 'resourceFieldRef'], report);
  } else showing().required(at, 'one of fieldRef and resourceFieldRef is required');
}

const projectionSources = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
];

const projections: Check = (volume, report) => {
  const paths = new Set<string>();
  for (const [index, source] of itemsOf(volume['sources'])) {
    const at = ['sources', index];
    const count = projectionSources.filter((name) => isFields(source[name])).length;
    if (count > 1) report.forbidden(at, 'may not specify more than 1 volume type per source');
    for (const [name, path, where] of filesOf(source)) {
      if (paths.has(path)) report.showing([]).invalid([...at, ...where], name, 'conflicting duplicate paths');
      paths.add(path);
    }
    const { serviceAccountToken: token, downwardAPI } = source;
    if (isFields(token)) {
      if (isEmpty(token['path'])) report.showing(['path']).required([...at, 'serviceAccountToken', 'path']);
      report.showing(['path']).format([...at, 'serviceAccountToken', 'path'], token['path'], 'localPath');
    }
    for (const [position, file] of itemsOf(fieldsOf(downwardAPI)['items'])) {
      const shown = [...at, 'downwardAPI'];
      reportDownwardFile(file, [...shown, 'items', position], shown, report);
    }
  }
};

/** A file of a source: what Kubernetes calls the source by, the file's path, and where it is told. */
type ProjectedFile = readonly [name: unknown, path: string, where: FieldPath];

function filesOf(source: Fields): readonly ProjectedFile[] {
  const files: ProjectedFile[] = [];
  const add = (name: unknown, path: unknown, where: FieldPath): void => {
    if (typeof path === 'string' && path !== '') files.push([name, path, where]);
  };
  for (const kind of ['secret', 'configMap']) {
    const { name, items } = fieldsOf(source[kind]);
    for (const [index, item] of itemsOf(items)) add(name ?? '', item['path'], [kind, 'items', index]);
  }
  for (const [index, item] of itemsOf(fieldsOf(source['downwardAPI'])['items']))
    add(item['path'], item['path'], ['downwardAPI', 'items', index]);
  const bundle = fieldsOf(source['clusterTrustBundle'])['path'];
  add(bundle, bundle, ['clusterTrustBundle']);
  return files;
}

const tokenExpiry: Check = (token, report) => {
  const seconds = numberOf(token['expirationSeconds']);
  if (seconds === undefined) return;
  if (seconds < tokenSecondsMin)
    report.invalid(['expirationSeconds'], seconds, 'may not specify a duration less than 10 minutes');
  if (seconds > tokenSecondsMax)
    report.invalid(['expirationSeconds'], seconds, 'may not specify a duration larger than 2^32 seconds');
};

const trustBundle: Check = (bundle, report) => {
  const [name, signer] = [textOf(bundle['name']), textOf(bundle['signerName'])];
  if (name !== undefined && signer !== undefined)
    report.invalid([], bundle, 'only one of name and signerName may be used');
  else if (name !== undefined) {
    if (name === '') report.required(['name'], 'must be a valid object name');
    if (isFields(bundle['labelSelector'])) {
      const rule = 'labelSelector must be unset if name is specified';
      report.invalid(['labelSelector'], bundle['labelSelector'], rule);
    }
  } else if (signer === '') report.required(['signerName'], 'must be a valid signer name');
  else if (signer === undefined) report.required([], 'either name or signerName must be specified');
};

const csiDriver: Check = (source, report) => {
  const driver = textOf(source['driver']) ?? '';
  if (driver.length > 63) report.tooLong(['driver'], 63);
  report.format(['driver'], driver.toLowerCase(), 'dns1123Subdomain');
  const secret = source['nodePublishSecretRef'];
  if (isFields(secret) && isEmpty(secret['name'])) report.required(['nodePublishSecretRef', 'name']);
};

/** Of a claim template only labels and annotations count: its name is the pod's. */
const claimTemplateMetadata: Check = (template, report) => {
  for (const [field, value] of Object.entries(fieldsOf(template['metadata']))) {
    if (field === 'labels' || field === 'annotations' || isEmpty(value)) continue;
    if (field === 'creationTimestamp') continue;
    report.forbidden(['metadata', field], 'cannot be set');
  }
};

const imageReference: Check = (image, report, ancestors) => {
  const ofPod = ancestors[0]?.['kind'] === 'Pod';
  const reference = textOf(image['reference']) ?? '';
  if (ofPod && reference === '') report.required(['reference']);
  else if (reference !== reference.trim())
    report.invalid(['reference'], reference, 'must not have leading or trailing whitespace');
};

export const volumeConstraints: Constraints = {
  [core('Volume')]: {
    fields: { name: { required: true, format: 'dns1123Label' } },
    exactlyOne: {
      none: 'must specify a volume type',
      many: 'may not specify more than 1 volume type',
      except: ['name'],
    },
  },
  [core('ConfigMapVolumeSource')]: { fields: { name: { required: true }, defaultMode: mode } },
  [core('SecretVolumeSource')]: { fields: { secretName: { required: true }, defaultMode: mode } },
  [core('KeyToPath')]: {
    fields: { key: { required: true }, mode, path: { required: true, format: 'localPath' } },
  },
  [core('DownwardAPIVolumeSource')]: { fields: { defaultMode: mode }, checks: [downwardFiles] },
  [core('DownwardAPIVolumeFile')]: { fields: { mode } },
  [core('ProjectedVolumeSource')]: { fields: { defaultMode: mode }, checks: [projections] },
  [core('ConfigMapProjection')]: { fields: { name: { required: true } } },
  [core('SecretProjection')]: { fields: { name: { required: true } } },
  [core('ServiceAccountTokenProjection')]: { checks: [tokenExpiry] },
  [core('ClusterTrustBundleProjection')]: {
    fields: { path: { required: true, format: 'localPath' } },
    checks: [trustBundle],
  },
  [core('HostPathVolumeSource')]: {
    fields: { path: { required: true, format: 'pathNoBacksteps' }, type: { oneOf: hostPathTypes } },
  },
  [core('EmptyDirVolumeSource')]: { checks: [sizeLimit] },
  [core('PersistentVolumeClaimVolumeSource')]: { fields: { claimName: { required: true } } },
  [core('EphemeralVolumeSource')]: { fields: { volumeClaimTemplate: { required: true } } },
  [core('PersistentVolumeClaimTemplate')]: { checks: [claimTemplateMetadata] },
  [core('CSIVolumeSource')]: { fields: { driver: { required: true } }, checks: [csiDriver] },
  [core('ImageVolumeSource')]: {
    fields: { pullPolicy: { oneOf: ['Always', 'IfNotPresent', 'Never'] } },
    checks: [imageReference],
  },
};
