/** From a pod to its sandbox. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { labels } from './labels.ts';
import { allContainers } from './pod-containers.ts';
import type { HostFacts, PodRef } from './pod-state.ts';
import type { DnsSpec, SandboxSpec } from './runtime-model.ts';
import { sysctlsOf } from './sysctls.ts';

/** Linux' bound for host names. */
const hostnameLengthMax = 63;

export function hostnameOf(pod: Pod, host: HostFacts): string {
  if (pod.spec?.hostNetwork === true) return host.nodeName;
  const name = pod.spec?.hostname ?? pod.metadata.name ?? '';
  return name.slice(0, hostnameLengthMax).replace(/[-.]+$/, '');
}

export function sandboxSpecOf(ref: PodRef, pod: Pod, host: HostFacts, attempt: number): SandboxSpec {
  const spec = pod.spec;
  const security = spec?.securityContext;
  return {
    podUid: ref.uid,
    namespace: ref.namespace,
    podName: ref.name,
    attempt,
    hostname: hostnameOf(pod, host),
    labels: {
      ...pod.metadata.labels,
      [labels.podName]: ref.name,
      [labels.podNamespace]: ref.namespace,
      [labels.podUid]: ref.uid,
      [labels.managed]: 'true',
    },
    annotations: pod.metadata.annotations ?? {},
    dns: dnsOf(pod, host),
    hostNetwork: spec?.hostNetwork === true,
    hostPID: spec?.hostPID === true,
    hostIPC: spec?.hostIPC === true,
    sharedPID: spec?.shareProcessNamespace === true,
    privileged: allContainers(pod).some(({ securityContext }) => securityContext?.privileged === true),
    runAsUser: security?.runAsUser,
    runAsGroup: security?.runAsGroup,
    supplementalGroups: supplementalGroupsOf(pod),
    sysctls: Object.fromEntries(sysctlsOf(pod)),
  };
}

export function supplementalGroupsOf(pod: Pod): readonly number[] {
  const security = pod.spec?.securityContext;
  const fsGroup = security?.fsGroup;
  return [...(security?.supplementalGroups ?? []), ...(fsGroup === undefined ? [] : [fsGroup])];
}

/** The host's resolver unless the pod brings its own; `dnsConfig` adds to either. There is no cluster DNS yet. */
function dnsOf(pod: Pod, host: HostFacts): DnsSpec | undefined {
  const config = pod.spec?.dnsConfig;
  const none = pod.spec?.dnsPolicy === 'None';
  if (config === undefined && !none) return undefined;
  const base: DnsSpec = none ? { servers: [], searches: [], options: [] } : host.dns;
  const options = (config?.options ?? []).map(({ name, value }) =>
    value === undefined ? (name ?? '') : `${name ?? ''}:${value}`,
  );
  return {
    servers: [...base.servers, ...(config?.nameservers ?? [])],
    searches: [...base.searches, ...(config?.searches ?? [])],
    options: [...base.options, ...options],
  };
}
