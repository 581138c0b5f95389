/** Where containers mount the volumes of their pod, and which they open as block devices. */
import { core } from './definition-names.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, textOf } from './loose.ts';
import { formats } from './formats.ts';
import type { Check, Constraints, Reporter } from './rule.ts';

type Volumes = ReadonlyMap<unknown, Fields>;

/** The pod's volumes by name, and in a StatefulSet those made from its claim templates. */
export function volumesOf(spec: Fields, ancestors: readonly Fields[]): Volumes {
  const claims = ancestors.flatMap((ancestor) => itemsOf(ancestor['volumeClaimTemplates']));
  return new Map([
    ...claims.map(([, claim]) => [fieldsOf(claim['metadata'])['name'], claimVolume] as const),
    ...itemsOf(spec['volumes']).map(([, volume]) => [volume['name'], volume] as const),
  ]);
}

const claimVolume: Fields = { persistentVolumeClaim: {} };

/** Reports the mounts and devices of one container that do not fit the pod's volumes or each other. */
export function reportMounts(
  container: Fields,
  volumes: Volumes,
  path: readonly (string | number)[],
  report: Reporter,
): void {
  const [mounts, devices] = [itemsOf(container['volumeMounts']), itemsOf(container['volumeDevices'])];
  if (mounts.length === 0 && devices.length === 0) return;
  const paths = new Set<unknown>();
  for (const [index, mount] of mounts) {
    const at = [...path, 'volumeMounts', index];
    reportMount(mount, volumes.get(mount['name']), at, report);
    const { name, mountPath } = mount;
    if (!isEmpty(mountPath) && paths.has(mountPath))
      report.invalid([...at, 'mountPath'], mountPath, 'must be unique');
    paths.add(mountPath);
    if (devices.some(([, device]) => !isEmpty(name) && device['name'] === name))
      report.invalid([...at, 'name'], name, 'must not already exist in volumeDevices');
    if (devices.some(([, device]) => !isEmpty(mountPath) && device['devicePath'] === mountPath))
      report.invalid([...at, 'mountPath'], mountPath, 'must not already exist as a path in volumeDevices');
  }
  reportDevices(devices, mounts, volumes, path, report);
}

function reportMount(
  mount: Fields,
  volume: Fields | undefined,
  at: readonly (string | number)[],
  report: Reporter,
): void {
  const { name } = mount;
  if (!isEmpty(name) && volume === undefined) report.notFound([...at, 'name'], name);
  if (volume === undefined || !isFields(volume['image'])) return;
  for (const field of ['subPath', 'subPathExpr']) {
    if (!isEmpty(mount[field]))
      report.invalid([...at, field], mount[field], 'not allowed in image volume sources');
  }
}

type Items = ReturnType<typeof itemsOf>;

function reportDevices(
  devices: Items,
  mounts: Items,
  volumes: Volumes,
  path: readonly (string | number)[],
  report: Reporter,
): void {
  const [names, paths] = [new Set<unknown>(), new Set<unknown>()];
  for (const [index, device] of devices) {
    const at = [...path, 'volumeDevices', index];
    const { name, devicePath } = device;
    const volume = volumes.get(name);
    if (!isEmpty(name) && names.has(name)) report.invalid([...at, 'name'], name, 'must be unique');
    if (!isEmpty(name) && volume === undefined) report.notFound([...at, 'name'], name);
    if (
      volume !== undefined &&
      !isFields(volume['persistentVolumeClaim']) &&
      !isFields(volume['ephemeral'])
    ) {
      const rule = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      report.invalid([...at, 'name'], name, rule);
    }
    if (!isEmpty(devicePath) && paths.has(devicePath))
      report.invalid([...at, 'devicePath'], devicePath, 'must be unique');
    if (formats.pathNoBacksteps(textOf(devicePath) ?? '') !== undefined)
      report.invalid([...at, 'devicePath'], devicePath, "can not contain backsteps ('..')");
    if (mounts.some(([, mount]) => !isEmpty(name) && mount['name'] === name))
      report.invalid([...at, 'name'], name, 'must not already exist in volumeMounts');
    if (mounts.some(([, mount]) => !isEmpty(devicePath) && mount['mountPath'] === devicePath))
      report.invalid([...at, 'devicePath'], devicePath, 'must not already exist as a path in volumeMounts');
    names.add(name);
    paths.add(devicePath);
  }
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];
const recursiveReadOnly = ['Disabled', 'Enabled', 'IfPossible'];

/** What a mount says of itself; Kubernetes names the list of mounts, not the mount. */
export const mountOptions: Check = (container, report) => {
  for (const [index, mount] of itemsOf(container['volumeMounts'])) {
    for (const field of ['subPath', 'subPathExpr'])
      report
        .showing(['volumeMounts', field])
        .format(['volumeMounts', index, field], mount[field], 'relativePath');
    if (!isEmpty(mount['subPath']) && !isEmpty(mount['subPathExpr'])) {
      const rule = 'subPathExpr and subPath are mutually exclusive';
      report.invalid(['volumeMounts', index, 'subPathExpr'], mount['subPathExpr'], rule);
    }
    reportPropagation(mount, container, index, report);
    reportRecursion(mount, index, report);
  }
};

function reportPropagation(mount: Fields, container: Fields, index: number, report: Reporter): void {
  const { mountPropagation } = mount;
  const at = ['volumeMounts', index, 'mountPropagation'];
  const showing = report.showing(['volumeMounts', 'mountPropagation']);
  if (typeof mountPropagation !== 'string') return;
  if (!propagations.includes(mountPropagation)) showing.unsupported(at, mountPropagation, propagations);
  const privileged = fieldsOf(container['securityContext'])['privileged'] === true;
  if (mountPropagation === 'Bidirectional' && !privileged)
    showing.forbidden(at, 'Bidirectional mount propagation is available only to privileged containers');
}

function reportRecursion(mount: Fields, index: number, report: Reporter): void {
  const wanted = mount['recursiveReadOnly'];
  const at = ['volumeMounts', index, 'recursiveReadOnly'];
  const showing = report.showing(['volumeMounts', 'recursiveReadOnly']);
  if (typeof wanted !== 'string' || wanted === 'Disabled') return;
  if (!recursiveReadOnly.includes(wanted)) return showing.unsupported(at, wanted, recursiveReadOnly);
  if (mount['readOnly'] !== true) showing.forbidden(at, 'may only be specified when readOnly is true');
  const propagation = mount['mountPropagation'];
  if (!isEmpty(propagation) && propagation !== 'None')
    showing.forbidden(at, 'may only be specified when mountPropagation is None or not specified');
}

export const mountConstraints: Constraints = {
  [core('VolumeMount')]: { fields: { name: { required: true }, mountPath: { required: true } } },
  [core('VolumeDevice')]: { fields: { name: { required: true }, devicePath: { required: true } } },
};
