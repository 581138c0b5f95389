/** The hosts file of a pod with its own network. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';

/** Kubernetes' default, and the one that the API's certificates name. */
const clusterDomain = 'cluster.local';

const fixedLines = [
  '# Kubernetes-managed hosts file.',
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

export function hostsFileOf(pod: Pod, hostname: string, podIPs: readonly string[]): string {
  const aliases = pod.spec?.hostAliases ?? [];
  return [
    ...fixedLines,
    ...podIPs.map((ip) => [ip, ...fullNameOf(pod, hostname), hostname].join('\t')),
    ...(aliases.length === 0 ? [] : ['', '# Entries added by HostAliases.']),
    ...aliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}`),
    '',
  ].join('\n');
}

/** The name that DNS has for a pod with a subdomain. */
function fullNameOf({ metadata, spec }: Pod, hostname: string): readonly string[] {
  const subdomain = spec?.subdomain ?? '';
  return subdomain === ''
    ? []
    : [`${hostname}.${subdomain}.${metadata.namespace ?? ''}.svc.${clusterDomain}`];
}
