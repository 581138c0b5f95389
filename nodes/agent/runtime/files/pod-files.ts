/**
 * Folders and files of pods on this host:
 *
 *   STATE/pods/UID/record.json            what is remembered of the pod
 *   STATE/pods/UID/hosts                  its hosts file
 *   STATE/pods/UID/volumes/NAME           its volumes
 *   STATE/pods/UID/subpaths/NAME/N        what mount N of a container shows of a volume
 *   STATE/pods/UID/termination/NAME/N     where attempt N of a container leaves its last words
 *   STATE/volumes/NAME                    a persistent volume: it outlives its pods
 *   LOGS/NAMESPACE_NAME_UID               its logs
 */
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type HostsFile, hostsFileHeader } from '../../core/hosts-file.ts';
import type { PodFiles, PodRecord } from '../../core/ports.ts';
import type { PodRef } from '../../core/pod-state.ts';
import type { Container, ContainerSpec, MountSpec } from '../../core/runtime-model.ts';
import type { VolumeSpec } from '../../core/volume-spec.ts';
import { diskUsage } from './disk-usage.ts';
import { lastLogLines } from './last-log-lines.ts';
import { defaultLogBounds, rotateLog } from './log-rotation.ts';
import { mountsBelow, unmount } from './mounts.ts';
import { prepareVolume } from './prepare-volume.ts';
import { mountSubPath } from './sub-path.ts';

/** The kubelet's bounds for termination messages. */
const terminationMessageBytesMax = 4096;
const fallbackBounds = { linesMax: 80, bytesMax: 2048 } as const;

export interface HostPodFilesOptions {
  readonly stateFolder: string;
  readonly logRoot: string;
}

export class HostPodFiles implements PodFiles {
  readonly #pods: string;
  readonly #volumes: string;
  readonly #logRoot: string;

  constructor({ stateFolder, logRoot }: HostPodFilesOptions) {
    this.#pods = join(stateFolder, 'pods');
    this.#volumes = join(stateFolder, 'volumes');
    this.#logRoot = logRoot;
  }

  async records(): Promise<readonly PodRecord[]> {
    await mkdir(this.#pods, { recursive: true, mode: 0o700 });
    const uids = (await readdir(this.#pods)).sort();
    return Promise.all(uids.map((uid) => this.#record(uid)));
  }

  /** A record that cannot be read costs what it remembered, not the pod. */
  async #record(uid: string): Promise<PodRecord> {
    const text = await readFile(join(this.#pods, uid, 'record.json'), 'utf8').catch(() => '');
    try {
      return JSON.parse(text) as PodRecord;
    } catch {
      return { ref: { uid, namespace: '', name: '' }, startTimeMs: 0, status: undefined };
    }
  }

  async saveRecord(record: PodRecord): Promise<void> {
    const folder = join(this.#pods, record.ref.uid);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'record.json');
    await writeFile(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  async prepare(podUid: string, volumes: readonly VolumeSpec[]): Promise<void> {
    const folder = join(this.#pods, podUid, 'volumes');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const provisioned = (name: string): string => this.#volumeFolder(name);
    for (const volume of volumes)
      await prepareVolume(volume, { folder: join(folder, volume.name), provisioned });
  }

  /** Names are those of objects: no part of one leads anywhere else. */
  #volumeFolder(volumeName: string): string {
    return join(this.#volumes, volumeName);
  }

  async removeVolume(volumeName: string): Promise<void> {
    await rm(this.#volumeFolder(volumeName), { recursive: true, force: true });
  }

  diskUsage(podUid: string, volume: string): Promise<number> {
    return diskUsage(join(this.#pods, podUid, 'volumes', volume));
  }

  async writeHosts(podUid: string, hosts: HostsFile): Promise<void> {
    const content = await contentOf(hosts);
    const path = join(this.#pods, podUid, 'hosts');
    const before = await readFile(path, 'utf8').catch(() => undefined);
    // In place: containers have this very file mounted.
    if (before !== content) await writeFile(path, content, { mode: 0o644 });
  }

  async hostPathsOf(podUid: string, spec: ContainerSpec): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const [index, mount] of spec.mounts.entries()) {
      const path = await this.#sourcePath(podUid, spec, mount);
      paths.push(mount.subPath === '' ? path : await this.#subPath(podUid, spec, path, mount, index));
    }
    return paths;
  }

  async #subPath(
    podUid: string,
    spec: ContainerSpec,
    volume: string,
    { subPath }: MountSpec,
    index: number,
  ): Promise<string> {
    const target = join(this.#pods, podUid, 'subpaths', spec.name, String(index));
    await mountSubPath(volume, subPath, target);
    return target;
  }

  async #sourcePath(podUid: string, spec: ContainerSpec, { source }: MountSpec): Promise<string> {
    switch (source.type) {
      case 'volume':
        return join(this.#pods, podUid, 'volumes', source.volume);
      case 'hostPath':
        return source.path;
      case 'provisioned':
        return this.#volumeFolder(source.volumeName);
      case 'etcHosts':
        return join(this.#pods, podUid, 'hosts');
      case 'terminationLog': {
        const path = this.#terminationPath(podUid, spec.name, spec.attempt);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(path, '');
        // Whatever user the container runs as writes to it.
        await chmod(path, 0o666);
        return path;
      }
    }
  }

  #terminationPath(podUid: string, container: string, attempt: number): string {
    return join(this.#pods, podUid, 'termination', container, String(attempt));
  }

  async remove(pod: PodRef): Promise<void> {
    const folder = join(this.#pods, pod.uid);
    for (const mount of await mountsBelow(folder)) await unmount(mount);
    await rm(folder, { recursive: true, force: true });
    if (pod.name !== '') await rm(this.#logFolder(pod), { recursive: true, force: true });
  }

  #logFolder(pod: PodRef): string {
    return join(this.#logRoot, `${pod.namespace}_${pod.name}_${pod.uid}`);
  }

  async rotateLog(pod: PodRef, { name, attempt }: Container, reopen: () => Promise<void>): Promise<void> {
    const path = join(this.#logFolder(pod), name, `${String(attempt)}.log`);
    const stamp = new Date().toISOString().replaceAll(/[-:.]/g, '');
    await rotateLog(path, stamp, defaultLogBounds, reopen);
  }

  async terminationMessage(pod: PodRef, { name, attempt, memo, state }: Container): Promise<string> {
    const path = this.#terminationPath(pod.uid, name, attempt);
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    const written = content.subarray(0, terminationMessageBytesMax).toString('utf8');
    const failed = state.type === 'exited' && state.exitCode !== 0;
    if (written !== '' || !memo.fallbackToLogs || !failed) return written;
    return lastLogLines(join(this.#logFolder(pod), name, `${String(attempt)}.log`), fallbackBounds);
  }
}

async function contentOf({ after, content }: HostsFile): Promise<string> {
  switch (after) {
    case 'nothing':
      return content;
    case 'host':
      return `${hostsFileHeader}${await readFile('/etc/hosts', 'utf8').catch(() => '')}${content}`;
  }
}
