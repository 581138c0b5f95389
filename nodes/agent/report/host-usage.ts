/** The host's own counters, from the kernel. */
import { readFile } from 'node:fs/promises';
import type { HostSample } from '../core/usage.ts';

/** The kernel counts CPU time in hundredths of a second (USER_HZ) on every architecture that Node runs on. */
const tickMs = 10;
/** Fields of `cpu` in /proc/stat in which the host did nothing; those after `countedMax` are counted in others. */
const idleFields: ReadonlySet<number> = new Set([3, 4]);
const countedMax = 8;

export async function readHostUsage(): Promise<HostSample> {
  const [stat, memory] = await Promise.all([
    readFile('/proc/stat', 'utf8'),
    readFile('/proc/meminfo', 'utf8'),
  ]);
  return {
    atMs: performance.timeOrigin + performance.now(),
    cpuMs: busyMs(stat),
    memoryBytes: usedBytes(memory),
  };
}

function busyMs(stat: string): number {
  const ticks = (/^cpu\s+(.*)$/m.exec(stat)?.[1] ?? '').split(/\s+/).map(Number).slice(0, countedMax);
  return ticks.reduce((sum, value, field) => sum + (idleFields.has(field) ? 0 : value), 0) * tickMs;
}

function usedBytes(meminfo: string): number {
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? '0') * 1024;
  return field('MemTotal') - field('MemAvailable');
}
