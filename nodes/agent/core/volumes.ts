/** A pod's volumes as data: what has to be on the host before its containers start. */
import type { Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import { quantityValue } from '../../../schemas/validation/quantity.ts';
import { claimNameOf, compileClaim } from './claim-volumes.ts';
import { resourceOf } from './resources.ts';
import { filesOf } from './volume-files.ts';
import type { HostPathCheck, VolumeContext, VolumeSpec } from './volume-spec.ts';

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
    const limitBytes = sizeLimit === undefined ? undefined : quantityValue(sizeLimit);
    return {
      type: 'emptyDir',
      name,
      medium: medium === 'Memory' ? 'memory' : 'disk',
      sizeLimitBytes: medium === 'Memory' ? memoryBytes(context, limitBytes) : limitBytes,
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

/** A volume in memory is no larger than what its pod may use, or than the host's memory, as the kubelet bounds it. */
function memoryBytes({ pod, capacity }: VolumeContext, limitBytes: number | undefined): number {
  const containers = pod.spec?.containers ?? [];
  const limits = containers.map((container) => resourceOf(container, 'limits', 'memory') ?? 0);
  const ofPod = limits.every((limit) => limit > 0) ? limits.reduce((sum, limit) => sum + limit, 0) : 0;
  const bounds = [limitBytes ?? 0, ofPod, capacity.memoryBytes].filter((bytes) => bytes > 0);
  return Math.min(...bounds);
}

function volumeType(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
}
