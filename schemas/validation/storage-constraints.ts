/** Volumes that outlive pods: claims, volumes, classes, and what CSI drivers say of themselves. */
import { core, storage } from './definition-names.ts';
import { formats } from './formats.ts';
import { fieldsOf, isEmpty, isFields, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];
/** Fields of a PersistentVolume's spec that are no volume source. */
const volumeAttributes: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);
const parametersMax = 512;
const parametersBytesMax = 256 * 1024;
const driverNameBytesMax = 63;
const nodeIdBytesMax = 256;
const tokenSecondsMin = 600;
const positive = 'must be greater than zero';

const modes: Check = (spec, report) => {
  const named = listOf(spec['accessModes']);
  for (const [index, mode] of named.entries())
    if (typeof mode === 'string' && !accessModes.includes(mode))
      report.showing(['accessModes']).unsupported(['accessModes', index], mode, accessModes);
  if (named.includes('ReadWriteOncePod') && named.some((mode) => mode !== 'ReadWriteOncePod'))
    report.forbidden(['accessModes'], 'may not use ReadWriteOncePod with other access modes');
};

const claimSpec: Check = (spec, report) => {
  if (isEmpty(spec['accessModes'])) report.required(['accessModes'], 'at least 1 access mode is required');
  const at = report.showing(['resources', { key: 'storage' }]);
  const wanted = fieldsOf(fieldsOf(spec['resources'])['requests'])['storage'];
  const path = ['resources', 'requests', { key: 'storage' }];
  if (isEmpty(wanted)) at.required(path);
  else if ((quantityValue(wanted) ?? 1) <= 0) at.invalid(path, wanted, positive);
  const [source, reference] = [spec['dataSource'], spec['dataSourceRef']];
  if (isFields(source)) reportDataSource(['dataSource'], source, report);
  if (!isFields(reference)) return;
  reportDataSource(['dataSourceRef'], reference, report);
  const differs =
    isFields(source) && ['apiGroup', 'kind', 'name'].some((field) => source[field] !== reference[field]);
  if (differs && isEmpty(reference['namespace'])) report.invalid([], '', 'must match dataSourceRef');
};

function reportDataSource(
  path: readonly string[],
  source: Readonly<Record<string, unknown>>,
  report: Reporter,
): void {
  for (const field of ['name', 'kind']) if (isEmpty(source[field])) report.required([...path, field]);
  if (isEmpty(source['apiGroup']) && source['kind'] !== 'PersistentVolumeClaim') {
    const why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    report.invalid([...path], source['kind'], why);
  }
}

const volumeCapacity: Check = (spec, report) => {
  const capacity = fieldsOf(spec['capacity']);
  if (isEmpty(spec['accessModes'])) report.required(['accessModes']);
  const names = Object.keys(capacity);
  if (names.length === 0) report.required(['capacity']);
  else if (names.length > 1 || names[0] !== 'storage')
    report.unsupported(['capacity'], capacity, ['storage']);
  for (const [key, value] of Object.entries(capacity))
    if ((quantityValue(value) ?? 1) <= 0) report.invalid(['capacity', { key }], value, positive);
};

const volumeSource: Check = (spec, report) => {
  const sources = Object.keys(spec).filter((field) => !volumeAttributes.has(field) && isFields(spec[field]));
  if (sources.length === 0) report.required([], 'must specify a volume type');
  for (const source of sources.slice(1))
    report.forbidden([source], 'may not specify more than 1 volume type');
  if (isFields(spec['local']) && isEmpty(spec['nodeAffinity']))
    report.required(['nodeAffinity'], 'Local volume requires node affinity');
  if (isFields(spec['nodeAffinity']) && isEmpty(spec['nodeAffinity']['required']))
    report.required(['nodeAffinity', 'required'], 'must specify required node constraints');
  const root = textOf(fieldsOf(spec['hostPath'])['path'])?.replace(/\/+/g, '/') === '/';
  if (root && spec['persistentVolumeReclaimPolicy'] === 'Recycle')
    report.forbidden(['persistentVolumeReclaimPolicy'], "may not be 'recycle' for a hostPath mount of '/'");
};

/** A CSI driver's name: a DNS name in any case, of at most 63 bytes. */
function reportDriver(path: readonly (string | number)[], value: unknown, report: Reporter): void {
  const name = textOf(value) ?? '';
  if (name === '') report.required(path);
  else if (name.length > driverNameBytesMax) report.tooLong(path, driverNameBytesMax);
  const wrong = name === '' ? undefined : formats.dns1123Subdomain(name.toLowerCase());
  if (wrong !== undefined) report.invalid(path, name, wrong);
}

const csiSource: Check = (source, report) => {
  reportDriver(['driver'], source['driver'], report);
  if (isEmpty(source['volumeHandle'])) report.required(['volumeHandle']);
  for (const [field, reference] of Object.entries(source)) {
    if (!field.endsWith('SecretRef') || !isFields(reference)) continue;
    for (const part of ['name', 'namespace']) if (isEmpty(reference[part])) report.required([field, part]);
  }
};

const provisioner: Check = (value, report) => {
  const name = textOf(value['provisioner']) ?? '';
  const wrong = name === '' ? undefined : formats.qualifiedName(name.toLowerCase());
  if (wrong !== undefined) report.invalid(['provisioner'], name, wrong);
};

function parameters(required: boolean): Check {
  return (value, report) => {
    const all = Object.entries(fieldsOf(value['parameters']));
    if (all.length === 0 && required)
      report.required(['parameters'], 'must contain at least one key/value pair');
    if (all.length > parametersMax) report.tooLong(['parameters'], parametersMax);
    if (all.some(([key]) => key === '')) report.invalid(['parameters'], '', 'field can not be empty.');
    const bytes = all.reduce((sum, [key, text]) => sum + key.length + (textOf(text)?.length ?? 0), 0);
    if (bytes > parametersBytesMax) report.tooLong(['parameters'], parametersBytesMax);
  };
}

const topologies: Check = (value, report) => {
  const seen = new Set<string>();
  for (const [index, term] of itemsOf(value['allowedTopologies'])) {
    const id = JSON.stringify(term);
    if (seen.has(id)) report.duplicate(['allowedTopologies', index, 'matchLabelExpressions'], '');
    seen.add(id);
    const keys = new Set<unknown>();
    for (const [at, expression] of itemsOf(term['matchLabelExpressions'])) {
      const path = ['allowedTopologies', index, 'matchLabelExpressions', at];
      if (isEmpty(expression['values'])) report.required([...path, 'values']);
      if (keys.has(expression['key'])) report.duplicate([...path, 'key'], expression['key']);
      keys.add(expression['key']);
    }
  }
};

const driverName: Check = (driver, report) => {
  const name = textOf(fieldsOf(driver['metadata'])['name']) ?? '';
  if (name.length > driverNameBytesMax) report.tooLong(['metadata', 'name'], driverNameBytesMax);
};

const driverSpec: Check = (spec, report) => {
  const audiences = new Set<unknown>();
  for (const [index, request] of itemsOf(spec['tokenRequests'])) {
    const path = ['tokenRequests', index];
    const audience = request['audience'] ?? '';
    if (audiences.has(audience)) report.duplicate([...path, 'audience'], audience);
    audiences.add(audience);
    const seconds = numberOf(request['expirationSeconds']);
    if (seconds !== undefined && seconds < tokenSecondsMin)
      report.invalid(
        [...path, 'expirationSeconds'],
        seconds,
        'may not specify a duration less than 10 minutes',
      );
    if (seconds !== undefined && seconds > 2 ** 32)
      report.invalid(
        [...path, 'expirationSeconds'],
        seconds,
        'may not specify a duration larger than 2^32 seconds',
      );
  }
};

const nodeDrivers: Check = (spec, report) => {
  const seen = new Set<unknown>();
  for (const [index, driver] of itemsOf(spec['drivers'])) {
    const path = ['drivers', index];
    reportDriver([...path, 'name'], driver['name'], report);
    if (seen.has(driver['name'])) report.duplicate([...path, 'name'], driver['name']);
    seen.add(driver['name']);
    const id = textOf(driver['nodeID']) ?? '';
    if (id === '') report.required([...path, 'nodeID']);
    else if (id.length > nodeIdBytesMax)
      report.invalid([...path, 'nodeID'], id, `must be ${nodeIdBytesMax} characters or less`);
    const count = numberOf(fieldsOf(driver['allocatable'])['count']);
    if (count !== undefined && count < 0)
      report.invalid([...path, 'allocatable', 'count'], count, 'must be greater than or equal to 0');
    const keys = listOf(driver['topologyKeys']);
    for (const [at, key] of keys.entries()) {
      if (key === '') report.required([...path, 'topologyKeys', at]);
      report.format([...path, 'topologyKeys', at], key, 'qualifiedName');
      if (keys.indexOf(key) < at) report.duplicate([...path, 'topologyKeys', at], key);
    }
  }
};

const attachment: Check = (spec, report) => {
  reportDriver(['attacher'], spec['attacher'], report);
  const source = fieldsOf(spec['source']);
  const count = [source['inlineVolumeSpec'], source['persistentVolumeName']].filter(
    (one) => !isEmpty(one),
  ).length;
  if (count === 0)
    report.required(['source'], 'must specify exactly one of inlineVolumeSpec and persistentVolumeName');
  if (count === 2)
    report.invalid(
      ['source'],
      source,
      'must specify exactly one of inlineVolumeSpec and persistentVolumeName',
    );
};

export const storageConstraints: Constraints = {
  [core('CSIPersistentVolumeSource')]: { checks: [csiSource] },
  [core('LocalVolumeSource')]: {
    fields: { path: { required: true, format: 'pathNoBacksteps' } },
  },
  [core('PersistentVolumeClaimSpec')]: {
    fields: {
      storageClassName: { format: 'dns1123Subdomain' },
      volumeMode: { oneOf: volumeModes },
      volumeAttributesClassName: { format: 'dns1123Subdomain' },
    },
    checks: [modes, claimSpec],
  },
  [core('VolumeResourceRequirements')]: {
    fields: {
      limits: { values: { format: 'nonNegativeQuantity' } },
      requests: { values: { format: 'nonNegativeQuantity' } },
    },
  },
  [core('PersistentVolumeSpec')]: {
    fields: {
      volumeMode: { oneOf: volumeModes },
      persistentVolumeReclaimPolicy: { oneOf: ['Delete', 'Recycle', 'Retain'] },
      storageClassName: { format: 'dns1123Subdomain' },
      volumeAttributesClassName: { format: 'dns1123Subdomain' },
    },
    checks: [modes, volumeCapacity, volumeSource],
  },
  [storage('StorageClass')]: {
    fields: {
      provisioner: { required: true },
      reclaimPolicy: { oneOf: ['Delete', 'Retain'] },
      volumeBindingMode: { oneOf: ['Immediate', 'WaitForFirstConsumer'] },
    },
    checks: [provisioner, parameters(false), topologies],
  },
  [core('TopologySelectorLabelRequirement')]: {
    fields: { key: { required: true, format: 'qualifiedName' }, values: { unique: [] } },
  },
  [storage('CSIDriver')]: { checks: [driverName] },
  [storage('CSIDriverSpec')]: {
    fields: {
      fsGroupPolicy: { oneOf: ['File', 'None', 'ReadWriteOnceWithFSType'] },
      nodeAllocatableUpdatePeriodSeconds: { min: 10 },
      volumeLifecycleModes: { items: { oneOf: ['Ephemeral', 'Persistent'] } },
    },
    checks: [driverSpec],
  },
  [storage('CSINodeSpec')]: { checks: [nodeDrivers] },
  [storage('CSIStorageCapacity')]: {
    fields: {
      storageClassName: { required: true, format: 'dns1123Subdomain' },
      capacity: { format: 'nonNegativeQuantity' },
      maximumVolumeSize: { format: 'nonNegativeQuantity' },
    },
  },
  [storage('VolumeAttachmentSpec')]: {
    fields: { nodeName: { required: true, format: 'dns1123Subdomain' } },
    checks: [attachment],
  },
  [storage('VolumeAttributesClass')]: {
    fields: { driverName: { required: true } },
    checks: [parameters(true)],
  },
};
