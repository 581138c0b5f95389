/** What a host says of itself, as a kubelet's node status. */
import type { NodeCondition, NodeSystemInfo } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ImageReport, NodeReport } from '../../../schemas/wire/messages.ts';
import type { Image } from './runtime-model.ts';

/** What is read of the host. */
export interface HostReading {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  readonly diskBytes: number;
  readonly diskAvailableBytes: number;
  readonly pidsMax: number;
  readonly pids: number;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly architecture: string;
}

export interface NodeReportInput {
  readonly reading: HostReading;
  readonly agentVersion: string;
  readonly nodeName: string;
  readonly addresses: readonly string[];
  /** Empty while the runtime cannot be reached. */
  readonly runtimeVersion: string;
  /** Why pods cannot run here; empty where they can. */
  readonly notReadyMessage: string;
  readonly images: readonly Image[];
  readonly previous: readonly NodeCondition[];
  readonly now: string;
}

/** The kubelet's default thresholds. */
const memoryReserveBytes = 100 * 1024 * 1024;
const diskAvailableShareMin = 0.1;
const pidsShareMax = 0.9;
const podsMax = 110;

export function nodeReportOf(input: NodeReportInput): Omit<NodeReport, 'type'> {
  const { reading } = input;
  const fixed = { cpu: String(reading.cpus), pods: String(podsMax) };
  return {
    capacity: {
      ...fixed,
      memory: kibibytes(reading.memoryBytes),
      'ephemeral-storage': kibibytes(reading.diskBytes),
    },
    allocatable: {
      ...fixed,
      memory: kibibytes(reading.memoryBytes - memoryReserveBytes),
      'ephemeral-storage': kibibytes(reading.diskBytes * (1 - diskAvailableShareMin)),
    },
    nodeInfo: nodeInfoOf(input),
    addresses: [
      ...input.addresses.map((address) => ({ type: 'InternalIP', address })),
      { type: 'Hostname', address: input.nodeName },
    ],
    conditions: conditionsOf(input),
    images: imageReportsOf(input.images),
  };
}

export function imageReportsOf(images: readonly Image[]): readonly ImageReport[] {
  return images
    .map(({ id, names, sizeBytes }) => ({ id, names: names.toSorted(), sizeBytes }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function nodeInfoOf({ reading, agentVersion, runtimeVersion }: NodeReportInput): NodeSystemInfo {
  return {
    machineID: reading.machineId,
    systemUUID: reading.systemUuid,
    bootID: reading.bootId,
    kernelVersion: reading.kernelVersion,
    osImage: reading.osImage,
    containerRuntimeVersion: runtimeVersion,
    kubeletVersion: `v${agentVersion}`,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: reading.architecture,
  };
}

interface ConditionDraft {
  readonly type: string;
  readonly isMet: boolean;
  readonly met: readonly [reason: string, message: string];
  readonly unmet: readonly [reason: string, message: string];
}

function conditionsOf(input: NodeReportInput): readonly NodeCondition[] {
  const { reading } = input;
  const drafts: readonly ConditionDraft[] = [
    {
      type: 'MemoryPressure',
      isMet: reading.memoryAvailableBytes < memoryReserveBytes,
      met: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
      unmet: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    },
    {
      type: 'DiskPressure',
      isMet: reading.diskAvailableBytes < reading.diskBytes * diskAvailableShareMin,
      met: ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
      unmet: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    },
    {
      type: 'PIDPressure',
      isMet: reading.pids > reading.pidsMax * pidsShareMax,
      met: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
      unmet: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    },
    {
      type: 'Ready',
      isMet: input.notReadyMessage === '',
      met: ['KubeletReady', 'kubelet is posting ready status'],
      unmet: ['KubeletNotReady', input.notReadyMessage],
    },
  ];
  return drafts.map((draft) => conditionOf(draft, input));
}

function conditionOf(
  { type, isMet, met, unmet }: ConditionDraft,
  { previous, now }: NodeReportInput,
): NodeCondition {
  const status = isMet ? 'True' : 'False';
  const [reason, message] = isMet ? met : unmet;
  const before = previous.find((condition) => condition.type === type);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime };
}

function kibibytes(bytes: number): string {
  return `${String(Math.max(0, Math.floor(bytes / 1024)))}Ki`;
}
