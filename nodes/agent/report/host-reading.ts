/** What the kernel says of the host. */
import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, machine, release } from 'node:os';
import type { HostReading } from '../core/node-report.ts';
import type { DnsSpec } from '../core/runtime-model.ts';

/** Kubernetes' names for what `uname -m` says. */
const architectures: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** `folder` lies on the disk that containers and images fill. */
export async function readHost(folder: string): Promise<HostReading> {
  const [memory, disk, machineId, systemUuid, bootId, osRelease, pidsMax, load] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    statfs(folder),
    readOptional('/etc/machine-id'),
    readOptional('/sys/class/dmi/id/product_uuid'),
    readOptional('/proc/sys/kernel/random/boot_id'),
    readOptional('/etc/os-release'),
    readOptional('/proc/sys/kernel/pid_max'),
    readOptional('/proc/loadavg'),
  ]);
  return {
    cpus: availableParallelism(),
    memoryBytes: memoryField(memory, 'MemTotal'),
    memoryAvailableBytes: memoryField(memory, 'MemAvailable'),
    diskBytes: disk.blocks * disk.bsize,
    diskAvailableBytes: disk.bavail * disk.bsize,
    pidsMax: Number(pidsMax),
    // `0.5 0.4 0.3 2/345 6789`: the second number of the fourth field counts all threads.
    pids: Number(/\/(\d+)/.exec(load)?.[1] ?? '0'),
    machineId,
    systemUuid: systemUuid === '' ? machineId : systemUuid,
    bootId,
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? 'Linux',
    architecture: architectures[machine()] ?? machine(),
  };
}

export async function readBootId(): Promise<string> {
  return readOptional('/proc/sys/kernel/random/boot_id');
}

/** The host's resolver configuration. */
export async function readResolver(): Promise<DnsSpec> {
  const lines = (await readOptional('/etc/resolv.conf')).split('\n').map((line) => line.trim().split(/\s+/));
  const values = (keyword: string): string[] =>
    lines.filter(([word]) => word === keyword).flatMap((words) => words.slice(1));
  return { servers: values('nameserver'), searches: values('search'), options: values('options') };
}

function memoryField(meminfo: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? '0') * 1024;
}

/** Not every host has each of these files, and some are not for everyone to read. */
async function readOptional(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim();
}
