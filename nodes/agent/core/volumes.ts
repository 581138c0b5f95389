/** A pod's volumes as data: what has to be on the host before its containers start. */
import type { Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import { claimNameOf, compileClaim } from './claim-volumes.ts';
import type { HostCapacity, PodAddresses } from './downward.ts';
import type { Content, PodSources } from './sources.ts';
import { filesOf } from './volume-files.ts';

/** `path` is relative, with `/` between its parts and no `..`. */
export interface VolumeFile extends Content {
  readonly path: string;
  readonly mode: number;
  /** Its owner, where that is not root. */
  readonly uid?: number;
}

/** How a volume that outlives its pods becomes accessible to a pod's group. */
interface Ownership {
  readonly fsGroup: number | undefined;
  /** Whether a root folder that has the group already says that all below it has. */
  readonly changePolicy: 'always' | 'root';
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
  /** A folder of the host that somebody made. */
  | ({ readonly type: 'local'; readonly name: string; readonly path: string } & Ownership)
  /** A folder that this agent makes for a persistent volume, and removes when it is told to. */
  | ({ readonly type: 'provisioned'; readonly name: string; readonly volumeName: string } & Ownership)
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
  const claimName = claimNameOf(context.pod, volume);
  if (claimName !== undefined) return compileClaim(context.pod, volume, claimName, context.sources);
  const files = filesOf(context, volume);
  if (files === undefined) return { problem: `volumes of type ${volumeType(volume)} are not built yet` };
  return 'problem' in files ? files : { type: 'files', name, files: files.files, fsGroup };
}

function volumeType(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
}
