/** A pod's volumes as data: what has to be on the host before its containers start. */
import type { KeyToPath, Pod, Volume, VolumeProjection } from '../../../schemas/kubernetes/types/core-v1.ts';
import { fieldValue, type HostCapacity, type PodAddresses, resourceFieldValue } from './downward.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import { type Content, type PodSources, type SourceKind, sourceData } from './sources.ts';

/** `path` is relative, with `/` between its parts and no `..`. */
export interface VolumeFile extends Content {
  readonly path: string;
  readonly mode: number;
}

export type HostPathCheck =
  | ''
  | 'DirectoryOrCreate'
  | 'Directory'
  | 'FileOrCreate'
  | 'File'
  | 'Socket'
  | 'CharDevice'
  | 'BlockDevice';

export type VolumeSpec =
  | {
      readonly type: 'emptyDir';
      readonly name: string;
      readonly medium: 'disk' | 'memory';
      readonly sizeLimitBytes: number | undefined;
      readonly fsGroup: number | undefined;
    }
  | { readonly type: 'hostPath'; readonly name: string; readonly path: string; readonly check: HostPathCheck }
  | {
      readonly type: 'files';
      readonly name: string;
      readonly files: readonly VolumeFile[];
      readonly fsGroup: number | undefined;
    };

export interface VolumeContext {
  readonly pod: Pod;
  readonly sources: PodSources;
  readonly addresses: PodAddresses;
  readonly capacity: HostCapacity;
}

export interface CompiledVolumes {
  readonly volumes: readonly VolumeSpec[];
  /** Why not all can be made, in the kubelet's words; the pod waits. */
  readonly problems: readonly string[];
}

type Files = { readonly files: readonly VolumeFile[] } | { readonly problem: string };

/** Kubernetes' defaultMode. */
const fileMode = 0o644;

/** Every volume of the pod, in the order of its spec. */
export function compileVolumes(context: VolumeContext): CompiledVolumes {
  const volumes: VolumeSpec[] = [];
  const problems: string[] = [];
  for (const volume of context.pod.spec?.volumes ?? []) {
    const compiled = compileVolume(context, volume);
    if ('problem' in compiled)
      problems.push(
        `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${compiled.problem}`,
      );
    else volumes.push(compiled);
  }
  return { volumes, problems };
}

function compileVolume(context: VolumeContext, volume: Volume): VolumeSpec | { readonly problem: string } {
  const { name } = volume;
  const fsGroup = context.pod.spec?.securityContext?.fsGroup;
  if (volume.emptyDir !== undefined) {
    const { medium, sizeLimit } = volume.emptyDir;
    if (medium !== undefined && medium !== '' && medium !== 'Memory')
      return { problem: `emptyDir medium ${medium} is not built yet` };
    const sizeLimitBytes = sizeLimit === undefined ? undefined : quantityValue(sizeLimit);
    return {
      type: 'emptyDir',
      name,
      medium: medium === 'Memory' ? 'memory' : 'disk',
      sizeLimitBytes,
      fsGroup,
    };
  }
  if (volume.hostPath !== undefined) {
    return {
      type: 'hostPath',
      name,
      path: volume.hostPath.path,
      check: (volume.hostPath.type ?? '') as HostPathCheck,
    };
  }
  const files = filesOf(context, volume);
  return 'problem' in files ? files : { type: 'files', name, files: files.files, fsGroup };
}

function filesOf(context: VolumeContext, volume: Volume): Files {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined)
    return sourceFiles(context, 'configmap', configMap, configMap.defaultMode ?? fileMode);
  if (secret !== undefined) {
    const { secretName, ...rest } = secret;
    return sourceFiles(
      context,
      'secret',
      secretName === undefined ? rest : { ...rest, name: secretName },
      secret.defaultMode ?? fileMode,
    );
  }
  if (downwardAPI !== undefined)
    return projectionFiles(context, { downwardAPI }, downwardAPI.defaultMode ?? fileMode);
  if (projected === undefined) return { problem: `volumes of type ${volumeType(volume)} are not built yet` };
  const files = new Map<string, VolumeFile>();
  for (const source of projected.sources ?? []) {
    const found = projectionFiles(context, source, projected.defaultMode ?? fileMode);
    if ('problem' in found) return found;
    for (const file of found.files) files.set(file.path, file);
  }
  return { files: [...files.values()] };
}

function projectionFiles(context: VolumeContext, source: VolumeProjection, mode: number): Files {
  if (source.configMap !== undefined) return sourceFiles(context, 'configmap', source.configMap, mode);
  if (source.secret !== undefined) return sourceFiles(context, 'secret', source.secret, mode);
  if (source.downwardAPI === undefined)
    return { problem: `projected ${Object.keys(source).join()} is not built yet` };
  const containers = [...(context.pod.spec?.containers ?? []), ...(context.pod.spec?.initContainers ?? [])];
  const files: VolumeFile[] = [];
  for (const item of source.downwardAPI.items ?? []) {
    const text =
      item.fieldRef !== undefined
        ? fieldValue(context.pod, item.fieldRef, context.addresses)
        : item.resourceFieldRef &&
          resourceFieldValue(containers, undefined, item.resourceFieldRef, context.capacity);
    if (text === undefined || !isInside(item.path))
      return { problem: `downward API item ${item.path} cannot be resolved` };
    files.push({ path: item.path, mode: item.mode ?? mode, encoding: 'utf8', text });
  }
  return { files };
}

interface SourceReference {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

function sourceFiles(context: VolumeContext, kind: SourceKind, source: SourceReference, mode: number): Files {
  const name = source.name ?? '';
  const data = sourceData(context.sources, kind, context.pod.metadata.namespace ?? '', name);
  if (data === undefined)
    return source.optional === true
      ? { files: [] }
      : { problem: `${kind} ${JSON.stringify(name)} not found` };
  if (source.items === undefined)
    return { files: [...data].map(([key, content]) => ({ path: key, mode, ...content })) };
  const files: VolumeFile[] = [];
  for (const item of source.items) {
    const content = data.get(item.key);
    if (content === undefined && source.optional === true) continue;
    if (content === undefined)
      return {
        problem: `references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${item.key}`,
      };
    if (!isInside(item.path)) return { problem: `path ${JSON.stringify(item.path)} leads out of the volume` };
    files.push({ path: item.path, mode: item.mode ?? mode, ...content });
  }
  return { files };
}

/** A path that stays in its volume; names that begin with two dots belong to the atomic update. */
function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.startsWith('..') && !path.split('/').includes('..');
}

function volumeType(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
}
