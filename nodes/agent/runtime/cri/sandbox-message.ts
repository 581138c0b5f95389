/** Sandboxes to and from CRI messages. */
import type { Sandbox, SandboxSpec } from '../../core/runtime-model.ts';
import { labels } from '../../core/labels.ts';
import type { PodSandboxStatus } from './cri-messages.ts';

/** CRI's NamespaceMode. */
export const namespaceMode = { pod: 0, container: 1, node: 2, target: 3 } as const;
/** CRI's SecurityProfile types. */
export const profileType = { runtimeDefault: 0, unconfined: 1 } as const;
const sandboxReady = 0;

interface NamespaceChoice {
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly sharedPID: boolean;
  readonly targetContainerId?: string | undefined;
}

export function namespaceOptions(choice: NamespaceChoice): Readonly<Record<string, number | string>> {
  const pid = pidModeOf(choice);
  return {
    network: choice.hostNetwork ? namespaceMode.node : namespaceMode.pod,
    pid,
    ipc: choice.hostIPC ? namespaceMode.node : namespaceMode.pod,
    ...(pid === namespaceMode.target ? { targetId: choice.targetContainerId ?? '' } : {}),
  };
}

function pidModeOf({ hostPID, sharedPID, targetContainerId }: NamespaceChoice): number {
  if (hostPID) return namespaceMode.node;
  if (sharedPID) return namespaceMode.pod;
  return targetContainerId === undefined ? namespaceMode.container : namespaceMode.target;
}

export function int64(value: number | undefined): { readonly value: number } | undefined {
  return value === undefined ? undefined : { value };
}

/** `NAMESPACE_NAME_UID` under `root`, as the kubelet lays logs out. */
export function logDirectoryOf(root: string, spec: SandboxSpec): string {
  return `${root}/${spec.namespace}_${spec.podName}_${spec.podUid}`;
}

export function sandboxConfigOf(spec: SandboxSpec, logRoot: string): Readonly<Record<string, unknown>> {
  return {
    metadata: { name: spec.podName, uid: spec.podUid, namespace: spec.namespace, attempt: spec.attempt },
    // The runtime takes the host's own name only where none is given.
    hostname: spec.hostNetwork ? '' : spec.hostname,
    logDirectory: logDirectoryOf(logRoot, spec),
    ...(spec.dns === undefined ? {} : { dnsConfig: spec.dns }),
    labels: spec.labels,
    annotations: spec.annotations,
    linux: {
      securityContext: {
        namespaceOptions: namespaceOptions(spec),
        runAsUser: int64(spec.runAsUser),
        runAsGroup: spec.runAsUser === undefined ? undefined : int64(spec.runAsGroup),
        supplementalGroups: spec.supplementalGroups,
        privileged: spec.privileged,
        seccomp: { profileType: profileType.runtimeDefault },
      },
      sysctls: spec.sysctls,
    },
  };
}

/** undefined for a sandbox that the agent did not make. */
export function sandboxOf(status: PodSandboxStatus): Sandbox | undefined {
  const podUid = status.labels[labels.podUid];
  if (podUid === undefined || status.labels[labels.managed] === undefined || status.metadata === null)
    return undefined;
  const ips = [status.network?.ip ?? '', ...(status.network?.additionalIps ?? []).map(({ ip }) => ip)];
  return {
    id: status.id,
    podUid,
    namespace: status.metadata.namespace,
    podName: status.metadata.name,
    attempt: status.metadata.attempt,
    ready: status.state === sandboxReady,
    createdAtMs: status.createdAt / 1e6,
    ips: ips.filter((ip) => ip !== ''),
    hostNetwork: status.linux?.namespaces?.options?.network === namespaceMode.node,
  };
}
