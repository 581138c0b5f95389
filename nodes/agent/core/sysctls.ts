/** Kernel settings that pods ask for, and which of them a host grants: those that harm nobody else on it. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';

/** Kubernetes' safe sysctls: each belongs to the pod's own network or IPC namespace. */
const safe: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** By name with dots, as runtimes take them; a pod may write slashes, and then its dots are parts of names. */
export function sysctlsOf(pod: Pod): ReadonlyMap<string, string> {
  const asked = pod.spec?.securityContext?.sysctls ?? [];
  return new Map(asked.map(({ name, value }) => [dotted(name), value]));
}

function dotted(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  if (separator !== '/') return name;
  return name.replaceAll(/[./]/g, (character) => (character === '/' ? '.' : '/'));
}

/** Why the host does not take the pod on; undefined where it does. The texts are the kubelet's. */
export function sysctlProblem(pod: Pod): string | undefined {
  const { hostNetwork, hostIPC } = pod.spec ?? {};
  for (const name of sysctlsOf(pod).keys()) {
    if (!safe.has(name)) return `forbidden sysctl: ${JSON.stringify(name)} not allowlisted`;
    if (name.startsWith('net.') && hostNetwork === true)
      return `forbidden sysctl: ${JSON.stringify(name)} not allowed with host net enabled`;
    if (name.startsWith('kernel.') && hostIPC === true)
      return `forbidden sysctl: ${JSON.stringify(name)} not allowed with host ipc enabled`;
  }
  return undefined;
}
