/** Containers and images to and from CRI messages. */
import { memoFromAnnotations } from '../../core/container-spec.ts';
import { labels } from '../../core/labels.ts';
import type {
  Container,
  ContainerSpec,
  ContainerState,
  Image,
  MountSpec,
  SecuritySpec,
} from '../../core/runtime-model.ts';
import type { ContainerItem, ContainerStatus, ImageItem } from './cri-messages.ts';
import { int64, namespaceOptions, profileType } from './sandbox-message.ts';

const propagation: Readonly<Record<MountSpec['propagation'], number>> = {
  None: 0,
  HostToContainer: 1,
  Bidirectional: 2,
};

/** What Kubernetes hides of the kernel's files from containers that are not privileged. */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Where a container's log lies below its pod's log folder. */
export function logPathOf(container: string, attempt: number): string {
  return `${container}/${String(attempt)}.log`;
}

export function containerConfigOf(
  spec: ContainerSpec,
  hostPaths: readonly string[],
): Readonly<Record<string, unknown>> {
  return {
    metadata: { name: spec.name, attempt: spec.attempt },
    image: { image: spec.image },
    command: spec.command,
    args: spec.args,
    workingDir: spec.workingDir,
    envs: spec.env.map(({ name, value }) => ({ key: name, value })),
    mounts: spec.mounts.map((mount, index) => ({
      containerPath: mount.containerPath,
      hostPath: hostPaths[index],
      readonly: mount.readOnly,
      propagation: propagation[mount.propagation],
    })),
    labels: spec.labels,
    annotations: spec.annotations,
    logPath: logPathOf(spec.name, spec.attempt),
    stdin: spec.stdin,
    stdinOnce: spec.stdinOnce,
    tty: spec.tty,
    linux: {
      resources: {
        cpuPeriod: spec.resources.cpuPeriodUs,
        cpuQuota: spec.resources.cpuQuotaUs,
        cpuShares: spec.resources.cpuShares,
        memoryLimitInBytes: spec.resources.memoryLimitBytes,
        oomScoreAdj: spec.resources.oomScoreAdj,
      },
      securityContext: securityOf(spec.security),
    },
  };
}

function securityOf(security: SecuritySpec): Readonly<Record<string, unknown>> {
  return {
    capabilities: { addCapabilities: security.addCapabilities, dropCapabilities: security.dropCapabilities },
    privileged: security.privileged,
    namespaceOptions: namespaceOptions(security),
    runAsUser: int64(security.runAsUser),
    runAsGroup: int64(security.runAsGroup),
    readonlyRootfs: security.readOnlyRootFilesystem,
    supplementalGroups: security.supplementalGroups,
    noNewPrivs: !security.allowPrivilegeEscalation,
    maskedPaths: security.privileged ? [] : maskedPaths,
    readonlyPaths: security.privileged ? [] : readonlyPaths,
    seccomp: {
      profileType:
        security.seccomp === 'RuntimeDefault' ? profileType.runtimeDefault : profileType.unconfined,
    },
  };
}

/** CRI's ContainerState. */
const stateNumber = { created: 0, running: 1, exited: 2 } as const;

/** From a listing, which knows no times and no exit, and the status. undefined: the agent did not make it. */
export function containerOf(item: ContainerItem, status: ContainerStatus): Container | undefined {
  const podUid = item.labels[labels.podUid];
  if (podUid === undefined || item.labels[labels.managed] === undefined || item.metadata === null)
    return undefined;
  return {
    id: item.id,
    sandboxId: item.podSandboxId,
    podUid,
    name: item.metadata.name,
    attempt: item.metadata.attempt,
    state: stateOf(status),
    createdAtMs: item.createdAt / 1e6,
    image: item.image?.image ?? '',
    imageId: status.imageRef,
    memo: memoFromAnnotations(item.annotations),
  };
}

function stateOf(status: ContainerStatus): ContainerState {
  const startedAtMs = status.startedAt / 1e6;
  switch (status.state) {
    case stateNumber.created:
      return { type: 'created' };
    case stateNumber.running:
      return { type: 'running', startedAtMs };
    case stateNumber.exited: {
      const { exitCode, reason, message } = status;
      return {
        type: 'exited',
        startedAtMs,
        finishedAtMs: status.finishedAt / 1e6,
        exitCode,
        reason,
        message,
      };
    }
    default:
      return { type: 'unknown' };
  }
}

export function imageOf(item: ImageItem): Image {
  return {
    id: item.id,
    names: [...item.repoTags, ...item.repoDigests],
    sizeBytes: item.size,
    uid: item.uid?.value,
    username: item.username,
  };
}
