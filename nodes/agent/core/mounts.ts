/** Where a container's mounts come from, and which of them cannot be. */
import type { Container, Pod, Volume, VolumeMount } from '../../../schemas/kubernetes/types/core-v1.ts';
import { claimNameOf } from './claim-volumes.ts';
import { expandStrictly } from './environment.ts';
import type { ContainerMemo, MountSource, MountSpec } from './runtime-model.ts';
import type { PodSources } from './sources.ts';

export type Mounts = { readonly mounts: readonly MountSpec[] } | { readonly problem: string };

export interface MountContext {
  readonly pod: Pod;
  readonly container: Container;
  readonly sources: PodSources;
  /** The container's environment: what `subPathExpr` may name. */
  readonly values: ReadonlyMap<string, string>;
  readonly memo: ContainerMemo;
}

/** The mounts of the container's own definition, then those that every container gets. */
export function mountsOf(context: MountContext): Mounts {
  const { pod, container, memo } = context;
  if ((container.volumeDevices ?? []).length > 0) return { problem: 'volumeDevices are not built yet' };
  const mounts: MountSpec[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const made = mountOf(context, mount);
    if ('problem' in made) return made;
    mounts.push(made);
  }
  const taken = new Set(mounts.map(({ containerPath }) => containerPath));
  const file = (source: MountSource, containerPath: string): void => {
    if (!taken.has(containerPath))
      mounts.push({ source, subPath: '', containerPath, readOnly: false, propagation: 'None' });
  };
  const isManaged = pod.spec?.hostNetwork !== true || (pod.spec.hostAliases ?? []).length > 0;
  if (isManaged) file({ type: 'etcHosts' }, '/etc/hosts');
  file({ type: 'terminationLog' }, memo.terminationMessagePath);
  return { mounts };
}

function mountOf(context: MountContext, mount: VolumeMount): MountSpec | { readonly problem: string } {
  const { pod, values } = context;
  if (mount.recursiveReadOnly === 'Enabled')
    return { problem: `volume mount ${JSON.stringify(mount.name)}: recursiveReadOnly is not built yet` };
  const subPath = subPathOf(mount, values);
  if (typeof subPath !== 'string') return subPath;
  const volume = pod.spec?.volumes?.find(({ name }) => name === mount.name);
  return {
    source: volume === undefined ? { type: 'volume', volume: mount.name } : sourceOf(context, volume),
    subPath,
    containerPath: mount.mountPath,
    readOnly: mount.readOnly === true || volume?.persistentVolumeClaim?.readOnly === true,
    propagation: (mount.mountPropagation ?? 'None') as MountSpec['propagation'],
  };
}

/** Folders of the host are mounted as they are; all else lies among the pod's own files. */
function sourceOf({ pod, sources }: MountContext, volume: Volume): MountSource {
  if (volume.hostPath !== undefined) return { type: 'hostPath', path: volume.hostPath.path };
  const claimName = claimNameOf(pod, volume);
  const claim = claimName === undefined ? undefined : sources.claim(pod.metadata.namespace ?? '', claimName);
  if (claim === undefined) return { type: 'volume', volume: volume.name };
  const path = claim.volume.hostPath?.path ?? claim.volume.local?.path ?? '';
  return claim.provisioned
    ? { type: 'provisioned', volumeName: claim.volumeName }
    : { type: 'hostPath', path };
}

/** Empty: the whole volume. The kubelet's rules, for what an expression comes to as well. */
function subPathOf(
  { name, subPath, subPathExpr }: VolumeMount,
  values: ReadonlyMap<string, string>,
): string | { readonly problem: string } {
  const written = subPath ?? '';
  const path = (subPathExpr ?? '') === '' ? written : expandStrictly(subPathExpr ?? '', values);
  if (typeof path !== 'string') return { problem: `volume mount ${JSON.stringify(name)}: ${path.problem}` };
  const shown = JSON.stringify(path);
  if (path.startsWith('/')) return { problem: `error SubPath ${shown} must not be an absolute path` };
  if (path.split('/').includes('..'))
    return { problem: `unable to provision SubPath ${shown}: must not contain '..'` };
  return path;
}
