/** Usage from two looks at the counters of the host and of its containers. */
import type { PodUsageReport, UsageAmounts, UsageReport } from '../../../schemas/wire/messages.ts';

/** Counters at one moment. */
export interface HostSample {
  readonly atMs: number;
  /** CPU time used since some beginning, of all cores together. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

export interface ContainerSample extends HostSample {
  readonly id: string;
  readonly podUid: string;
  readonly name: string;
}

export interface UsageSample {
  readonly host: HostSample;
  readonly containers: readonly ContainerSample[];
}

/** What was used between the two; a container that was not there before, or began anew, is told of the next time. */
export function usageBetween(before: UsageSample, after: UsageSample): Omit<UsageReport, 'type'> {
  const known = new Map(before.containers.map((sample) => [sample.id, sample]));
  const pods = new Map<string, Map<string, UsageAmounts>>();
  for (const sample of after.containers) {
    const amounts = amountsBetween(known.get(sample.id), sample);
    if (amounts === undefined) continue;
    const containers = pods.get(sample.podUid) ?? new Map<string, UsageAmounts>();
    pods.set(sample.podUid, containers.set(sample.name, amounts));
  }
  return {
    windowMs: Math.max(0, Math.round(after.host.atMs - before.host.atMs)),
    node: amountsBetween(before.host, after.host) ?? { cpuMilli: 0, memoryBytes: after.host.memoryBytes },
    pods: [...pods].map(([uid, containers]): PodUsageReport => {
      const entries = [...containers].sort(([left], [right]) => (left < right ? -1 : 1));
      return { uid, containers: entries.map(([name, amounts]) => ({ name, ...amounts })) };
    }),
  };
}

function amountsBetween(before: HostSample | undefined, after: HostSample): UsageAmounts | undefined {
  if (before === undefined || after.atMs <= before.atMs || after.cpuMs < before.cpuMs) return undefined;
  const cpuMilli = Math.ceil(((after.cpuMs - before.cpuMs) / (after.atMs - before.atMs)) * 1000);
  return { cpuMilli, memoryBytes: after.memoryBytes };
}
