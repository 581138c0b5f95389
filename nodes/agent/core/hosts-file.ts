/** The hosts files of pods. */
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

/** A pod's hosts file: all of it, or what follows the host's own. */
export interface HostsFile {
  readonly after: 'nothing' | 'host';
  readonly content: string;
}

/** The first line of a file that goes on with the host's own. */
export const hostsFileHeader = '# Kubernetes-managed hosts file (host network).\n';

/** undefined: a pod on the host's network that adds nothing has the file that the runtime gives it. */
export function hostsFileOf(pod: Pod, hostname: string, podIPs: readonly string[]): HostsFile | undefined {
  const aliases = aliasLines(pod);
  if (pod.spec?.hostNetwork === true)
    return aliases.length === 0 ? undefined : { after: 'host', content: [...aliases, ''].join('\n') };
  const own = podIPs.map((ip) => [ip, ...fullNameOf(pod, hostname), hostname].join('\t'));
  return { after: 'nothing', content: [...fixedLines, ...own, ...aliases, ''].join('\n') };
}

function aliasLines(pod: Pod): readonly string[] {
  const aliases = pod.spec?.hostAliases ?? [];
  if (aliases.length === 0) return [];
  return [
    '',
    '# Entries added by HostAliases.',
    ...aliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}`),
  ];
}

/** The name that DNS has for a pod with a subdomain. */
function fullNameOf({ metadata, spec }: Pod, hostname: string): readonly string[] {
  const subdomain = spec?.subdomain ?? '';
  return subdomain === ''
    ? []
    : [`${hostname}.${subdomain}.${metadata.namespace ?? ''}.svc.${clusterDomain}`];
}
