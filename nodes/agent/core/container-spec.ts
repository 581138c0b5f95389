/** From a container of a pod to what the runtime is asked for. */
import type { Container, Pod, SecurityContext } from '../../../schemas/kubernetes/types/core-v1.ts';
import { environmentOf, expand } from './environment.ts';
import { annotations, labels } from './labels.ts';
import { mountsOf } from './mounts.ts';
import { addressesOf, containersNamed, type PodInput } from './pod-state.ts';
import { resourceSpecOf } from './resources.ts';
import type { ContainerMemo, ContainerSpec, Image, SecuritySpec } from './runtime-model.ts';
import { supplementalGroupsOf } from './sandbox-spec.ts';
import { stableHash } from './stable-hash.ts';

const terminationGraceDefaultSeconds = 30;
const terminationMessagePathDefault = '/dev/termination-log';

export type CompiledContainer =
  | { readonly type: 'spec'; readonly spec: ContainerSpec }
  | { readonly type: 'problem'; readonly reason: 'CreateContainerConfigError'; readonly message: string };

/** Changes of these parts need a new container: the same that the kubelet looks at. */
export function containerHash(container: Container): string {
  return stableHash(JSON.stringify([container.name, container.image ?? '']));
}

export function terminationGraceOf(pod: Pod): number {
  return (
    pod.metadata.deletionGracePeriodSeconds ??
    pod.spec?.terminationGracePeriodSeconds ??
    terminationGraceDefaultSeconds
  );
}

export interface ContainerStart {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: Image;
  readonly attempt: number;
  readonly backoffMs: number;
}

export function compileContainer(input: PodInput, start: ContainerStart): CompiledContainer {
  const { pod, container, image } = start;
  const addresses = addressesOf(input);
  const environment = environmentOf(
    { pod, sources: input.sources, addresses, capacity: input.host },
    container,
  );
  const { values } = environment;
  const memo = memoOf(start);
  const mounted = mountsOf({ pod, container, sources: input.sources, values, memo });
  const target = targetOf(input, pod, container.name);
  const problem =
    environment.problem ??
    userProblem(pod, container, image) ??
    target.problem ??
    ('problem' in mounted ? mounted.problem : undefined);
  if (problem !== undefined || 'problem' in mounted)
    return { type: 'problem', reason: 'CreateContainerConfigError', message: problem ?? '' };
  return {
    type: 'spec',
    spec: {
      name: container.name,
      attempt: start.attempt,
      image: container.image ?? '',
      command: (container.command ?? []).map((part) => expand(part, values)),
      args: (container.args ?? []).map((part) => expand(part, values)),
      workingDir: container.workingDir ?? '',
      env: [...values].map(([name, value]) => ({ name, value })),
      mounts: mounted.mounts,
      labels: {
        [labels.podName]: input.ref.name,
        [labels.podNamespace]: input.ref.namespace,
        [labels.podUid]: input.ref.uid,
        [labels.containerName]: container.name,
        [labels.managed]: 'true',
      },
      annotations: memoAnnotations(memo, start.attempt),
      memo,
      stdin: container.stdin === true,
      stdinOnce: container.stdinOnce === true,
      tty: container.tty === true,
      resources: resourceSpecOf(pod, container, input.host.memoryBytes),
      security: { ...securityOf(pod, container), targetContainerId: target.id },
    },
  };
}

function memoOf({ pod, container, backoffMs }: ContainerStart): ContainerMemo {
  return {
    hash: containerHash(container),
    backoffMs,
    terminationGraceSeconds: pod.spec?.terminationGracePeriodSeconds ?? terminationGraceDefaultSeconds,
    terminationMessagePath: container.terminationMessagePath ?? terminationMessagePathDefault,
    fallbackToLogs: container.terminationMessagePolicy === 'FallbackToLogsOnError',
  };
}

function memoAnnotations(memo: ContainerMemo, attempt: number): Readonly<Record<string, string>> {
  return {
    [annotations.hash]: memo.hash,
    [annotations.restartCount]: String(attempt),
    [annotations.terminationGrace]: String(memo.terminationGraceSeconds),
    [annotations.terminationMessagePath]: memo.terminationMessagePath,
    [annotations.terminationMessagePolicy]: memo.fallbackToLogs ? 'FallbackToLogsOnError' : 'File',
    [annotations.backoffMs]: String(memo.backoffMs),
  };
}

/** What `memoAnnotations` wrote, read back from a container that another process of the agent made. */
export function memoFromAnnotations(written: Readonly<Record<string, string>>): ContainerMemo {
  return {
    hash: written[annotations.hash] ?? '',
    backoffMs: Number(written[annotations.backoffMs] ?? '0'),
    terminationGraceSeconds: Number(
      written[annotations.terminationGrace] ?? String(terminationGraceDefaultSeconds),
    ),
    terminationMessagePath: written[annotations.terminationMessagePath] ?? terminationMessagePathDefault,
    fallbackToLogs: written[annotations.terminationMessagePolicy] === 'FallbackToLogsOnError',
  };
}

/** The container whose processes an ephemeral one has asked to see; it has to be there first. */
function targetOf(
  { observed }: PodInput,
  pod: Pod,
  name: string,
): { readonly id: string | undefined; readonly problem?: string } {
  const ephemeral = pod.spec?.ephemeralContainers?.find((container) => container.name === name);
  const wanted = ephemeral?.targetContainerName ?? '';
  if (wanted === '') return { id: undefined };
  const [target] = containersNamed(observed, wanted);
  return target === undefined
    ? { id: undefined, problem: `unable to find target container "${wanted}"` }
    : { id: target.id };
}

function securityOf(pod: Pod, container: Container): Omit<SecuritySpec, 'targetContainerId'> {
  const podSecurity = pod.spec?.securityContext;
  const own: SecurityContext = container.securityContext ?? {};
  const seccomp = (own.seccompProfile ?? podSecurity?.seccompProfile)?.type;
  return {
    privileged: own.privileged === true,
    readOnlyRootFilesystem: own.readOnlyRootFilesystem === true,
    allowPrivilegeEscalation: own.allowPrivilegeEscalation !== false,
    runAsUser: own.runAsUser ?? podSecurity?.runAsUser,
    runAsGroup: own.runAsGroup ?? podSecurity?.runAsGroup,
    supplementalGroups: supplementalGroupsOf(pod),
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    seccomp: seccomp === 'RuntimeDefault' ? 'RuntimeDefault' : 'Unconfined',
    hostPID: pod.spec?.hostPID === true,
    hostIPC: pod.spec?.hostIPC === true,
    hostNetwork: pod.spec?.hostNetwork === true,
    sharedPID: pod.spec?.shareProcessNamespace === true,
  };
}

/** The kubelet's check of `runAsNonRoot` against the user that the process would have. */
function userProblem(pod: Pod, container: Container, image: Image): string | undefined {
  const podSecurity = pod.spec?.securityContext;
  if ((container.securityContext?.seccompProfile ?? podSecurity?.seccompProfile)?.type === 'Localhost') {
    return 'seccomp profiles of type Localhost are not built yet';
  }
  if ((container.securityContext?.runAsNonRoot ?? podSecurity?.runAsNonRoot) !== true) return undefined;
  const runAsUser = container.securityContext?.runAsUser ?? podSecurity?.runAsUser;
  if (runAsUser !== undefined)
    return runAsUser === 0 ? "container's runAsUser breaks non-root policy" : undefined;
  if (image.username !== '') {
    return `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root`;
  }
  return (image.uid ?? 0) === 0 ? 'container has runAsNonRoot and image will run as root' : undefined;
}
