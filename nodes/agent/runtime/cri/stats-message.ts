/** What the runtime measured of a container, as the agent reckons with it. */
import { labels } from '../../core/labels.ts';
import type { ContainerSample } from '../../core/usage.ts';
import type { ContainerStats } from './cri-messages.ts';

const nanosecondsPerMs = 1e6;

/** Undefined for a container that does not run, or that is not the agent's. */
export function sampleOf({ attributes, cpu, memory }: ContainerStats): ContainerSample | undefined {
  const podUid = attributes?.labels[labels.podUid];
  const name = attributes?.labels[labels.containerName];
  const [used, workingSet] = [cpu?.usageCoreNanoSeconds, memory?.workingSetBytes];
  if (!attributes || podUid === undefined || name === undefined || !cpu || !used || !workingSet)
    return undefined;
  return {
    id: attributes.id,
    podUid,
    name,
    atMs: cpu.timestamp / nanosecondsPerMs,
    cpuMs: used.value / nanosecondsPerMs,
    memoryBytes: workingSet.value,
  };
}
