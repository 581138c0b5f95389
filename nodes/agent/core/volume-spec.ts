/** What a volume of a pod comes to on its host: data, made by volumes.ts and brought about by the runtime's files. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { HostCapacity, PodAddresses } from './downward.ts';
import type { Content, PodSources } from './sources.ts';

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
