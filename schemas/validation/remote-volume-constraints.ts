/** Volumes that come over the network from storage which Kubernetes has a name for. */
import { core } from './definition-names.ts';
import { isEmpty, isFields, listOf, textOf } from './loose.ts';
import type { Check, Constraints, DefinitionConstraints, Rule } from './rule.ts';

const lun: Rule = { min: 0, max: 255 };
const partition: Rule = { min: 0, max: 255, outOfBounds: 'must be between 1 and 255, inclusive' };
const required: Rule = { required: true };
const iqn = /^iqn\.\d{4}-\d{2}\.([a-z0-9][-.a-z0-9]*)(:[^,;*&$|\s]+)?$/;
const eui = /^eui\.[0-9A-Fa-f]{16}$/;
const naa = /^naa\.[0-9A-Fa-f]{32}$/;
const diskUris = {
  managed: '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
  blob: 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd',
};

function initiatorProblem(name: string): string | undefined {
  const pattern = { iqn, eui, naa }[name.slice(0, 3)];
  if (pattern === undefined) return 'must be valid format starting with iqn, eui, or naa';
  return pattern.test(name) ? undefined : 'must be valid format';
}

const iscsi: Check = (source, report) => {
  const name = textOf(source['iqn']) ?? '';
  const wrong = name === '' ? undefined : initiatorProblem(name);
  if (wrong !== undefined) report.invalid(['iqn'], name, wrong);
  if (
    (source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true) &&
    !isFields(source['secretRef'])
  )
    report.required(['secretRef']);
  const initiator = textOf(source['initiatorName']);
  const bad = initiator === undefined ? undefined : initiatorProblem(initiator);
  if (bad !== undefined) report.showing(['initiatorname']).invalid(['initiatorName'], initiator, bad);
};

const fibreChannel: Check = (source, report) => {
  const [targets, ids] = [listOf(source['targetWWNs']), listOf(source['wwids'])];
  if (targets.length === 0 && ids.length === 0)
    report.required(['targetWWNs'], 'must specify either targetWWNs or wwids, but not both');
  if (targets.length > 0 && ids.length > 0)
    report.invalid(['targetWWNs'], targets, 'targetWWNs and wwids can not be specified simultaneously');
  if (targets.length > 0 && isEmpty(source['lun']))
    report.required(['lun'], 'lun is required if targetWWNs is specified');
};

const flocker: Check = (source, report) => {
  const [name, uuid] = [textOf(source['datasetName']) ?? '', textOf(source['datasetUUID']) ?? ''];
  if (name === '' && uuid === '') report.required([], 'one of datasetName and datasetUUID is required');
  if (name !== '' && uuid !== '')
    report.invalid([], 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  if (name.includes('/')) report.invalid(['datasetName'], name, "must not contain '/'");
};

const quobyte: Check = (source, report) => {
  const [registry, tenant] = [textOf(source['registry']) ?? '', textOf(source['tenant']) ?? ''];
  const rule = 'must be a host:port pair or multiple pairs separated by commas';
  if (registry === '') return;
  if (tenant.length >= 65)
    report.required(['tenant'], 'must be a UUID and may not exceed a length of 64 characters');
  else if (!registry.split(',').every((pair) => /^(\[[^\]]*\]|[^:]*):[^:]*$/.test(pair)))
    report.invalid(['registry'], registry, rule);
};

const azureDisk: Check = (source, report) => {
  const [kind, uri] = [textOf(source['kind']), textOf(source['diskURI']) ?? ''];
  if (kind === 'Managed' && !uri.startsWith('/subscriptions/'))
    report.unsupported(['diskURI'], uri, [diskUris.managed]);
  if (kind !== undefined && kind !== 'Managed' && !uri.startsWith('https://'))
    report.unsupported(['diskURI'], uri, [diskUris.blob]);
};

const flexOptions: Check = (source, report) => {
  for (const key of Object.keys(isFields(source['options']) ? source['options'] : {})) {
    const domain = `.${(key.includes('/') ? key.slice(0, key.indexOf('/')) : key).toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io'))
      report.invalid(['options', { key }], key, 'kubernetes.io and k8s.io namespaces are reserved');
  }
};

const secretName: Check = (source, report) => {
  const secret = source['secretRef'];
  if (isFields(secret) && isEmpty(secret['name'])) report.required(['secretRef', 'name']);
};

/** Sources of which certain fields must be there, and nothing else is asked. */
function needs(...fields: readonly string[]): DefinitionConstraints {
  return { fields: Object.fromEntries(fields.map((field) => [field, required])) };
}

export const remoteVolumeConstraints: Constraints = {
  [core('NFSVolumeSource')]: {
    fields: { server: required, path: { required: true, format: 'absolutePath' } },
  },
  [core('ISCSIVolumeSource')]: { fields: { targetPortal: required, iqn: required, lun }, checks: [iscsi] },
  [core('FCVolumeSource')]: { fields: { lun }, checks: [fibreChannel] },
  [core('GCEPersistentDiskVolumeSource')]: { fields: { pdName: required, partition } },
  [core('AWSElasticBlockStoreVolumeSource')]: { fields: { volumeID: required, partition } },
  [core('GitRepoVolumeSource')]: {
    fields: { repository: required, directory: { format: 'relativePath' } },
  },
  [core('GlusterfsVolumeSource')]: needs('endpoints', 'path'),
  [core('FlockerVolumeSource')]: { checks: [flocker] },
  [core('RBDVolumeSource')]: needs('monitors', 'image'),
  [core('CephFSVolumeSource')]: needs('monitors'),
  [core('CinderVolumeSource')]: { fields: { volumeID: required }, checks: [secretName] },
  [core('QuobyteVolumeSource')]: {
    fields: {
      registry: { required: 'must be a host:port pair or multiple pairs separated by commas' },
      volume: required,
    },
    checks: [quobyte],
  },
  [core('FlexVolumeSource')]: { fields: { driver: required }, checks: [flexOptions] },
  [core('AzureFileVolumeSource')]: needs('secretName', 'shareName'),
  [core('AzureDiskVolumeSource')]: {
    fields: {
      diskName: required,
      diskURI: required,
      cachingMode: { oneOf: ['None', 'ReadOnly', 'ReadWrite'] },
      kind: { oneOf: ['Dedicated', 'Managed', 'Shared'] },
    },
    checks: [azureDisk],
  },
  [core('VsphereVirtualDiskVolumeSource')]: needs('volumePath'),
  [core('PhotonPersistentDiskVolumeSource')]: needs('pdID'),
  [core('PortworxVolumeSource')]: needs('volumeID'),
  [core('ScaleIOVolumeSource')]: needs('gateway', 'system', 'volumeName'),
  [core('StorageOSVolumeSource')]: {
    fields: {
      volumeName: { required: true, format: 'dns1123Label' },
      volumeNamespace: { format: 'dns1123Label' },
    },
    checks: [secretName],
  },
};
