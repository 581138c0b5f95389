/**
 * Judges what the script inspect.sh found: what is in place, what packages would add, and what only a person can
 * change. Pure.
 */
import type { AgentArchitecture, HostFacts, HostProblem } from '../../schemas/wire/bootstrap.ts';
import type { AgentConfig } from '../../schemas/wire/messages.ts';

export interface HostCheck {
  /** Absent where the host cannot be told from what a Berth host has to be at all. */
  readonly facts?: HostFacts;
  readonly problems: readonly HostProblem[];
  /** Debian packages that would solve some of the problems; empty where there is no apt or no right to use it. */
  readonly packages: readonly string[];
  /** Primary group of the SSH user. */
  readonly groupId: number;
  /** The wanted agents that are on the host and whole. */
  readonly agentDigests: readonly string[];
}

/** Three agents, their upload and room for logs. */
export const diskFreeBytesMin = 1024 * 1024 * 1024;

/** The first with everything that the rules need of nftables (concatenations in maps); also Debian 11's. */
export const kernelMin = '5.10';

/** What the pinned Node is built against. */
export const glibcMin = '2.28';

interface Requirement {
  readonly reason: string;
  /** Debian packages that bring it; none: apt cannot help. */
  readonly packages: readonly string[];
  missing(found: ReadonlyMap<string, string>, agent: AgentConfig): string | undefined;
}

const runtimePrograms = { containerd: 'containerd', 'cri-o': 'crio', docker: 'docker' } as const;

/** The program that tells the version of a runtime; also its systemd service. */
export function runtimeProgram(agent: AgentConfig): string {
  return runtimePrograms[agent.runtime.type];
}

const requirements: readonly Requirement[] = [
  {
    reason: 'NotLinux',
    packages: [],
    missing: (found) =>
      found.get('system') === 'Linux'
        ? undefined
        : `the host runs ${found.get('system') ?? 'an unknown system'}; Berth needs Linux`,
  },
  {
    reason: 'UnknownArchitecture',
    packages: [],
    missing: (found) =>
      architectureOf(found) === undefined
        ? `the host is a ${found.get('machine') ?? 'unknown machine'}; Berth runs on x86_64 and aarch64`
        : undefined,
  },
  {
    reason: 'NoRoot',
    packages: [],
    missing: (found) =>
      found.get('root') === 'none'
        ? 'the SSH user is not root and sudo asks for a password; use root or give the user NOPASSWD in sudoers'
        : undefined,
  },
  {
    reason: 'KernelTooOld',
    packages: [],
    missing: (found) =>
      isOlder(found.get('kernel') ?? '', kernelMin)
        ? `the kernel is ${found.get('kernel') ?? ''}; Berth needs ${kernelMin} or later`
        : undefined,
  },
  {
    reason: 'LibcUnsupported',
    packages: [],
    missing: (found) => {
      const version = /^glibc (\S+)/.exec(found.get('libc') ?? '')?.[1];
      if (version !== undefined && !isOlder(version, glibcMin)) return undefined;
      return `the C library is ${found.get('libc') || 'not glibc'}; the agent needs glibc ${glibcMin} or later`;
    },
  },
  {
    reason: 'NoCgroups',
    packages: [],
    missing: (found) =>
      found.get('cgroups') ? undefined : 'no cgroup hierarchy is mounted; mount cgroup2 on /sys/fs/cgroup',
  },
  {
    reason: 'DiskFull',
    packages: [],
    missing: (found) => {
      const freeBytes = diskFreeBytes(found);
      const mebibytes = (bytes: number): number => Math.floor(bytes / 1024 / 1024);
      return freeBytes < diskFreeBytesMin
        ? `/var/lib has ${mebibytes(freeBytes)} MiB free; ${mebibytes(diskFreeBytesMin)} MiB are needed`
        : undefined;
    },
  },
  library('libatomic.so.1', 'libatomic1'),
  library('libgcc_s.so.1', 'libgcc-s1'),
  library('libstdc++.so.6', 'libstdc++6'),
  tool('gzip', 'gzip', 'to unpack the agent'),
  tool('sha256sum', 'coreutils', 'to verify the agent'),
  tool('nft', 'nftables', 'for services and policies'),
  tool('ip', 'iproute2', 'for routes to the other hosts'),
  {
    reason: 'NoSetsid',
    packages: ['util-linux'],
    missing: (found) =>
      found.get('init') === 'systemd' || found.has('tool.setsid')
        ? undefined
        : 'neither systemd nor setsid is there to keep the agent running; install util-linux',
  },
  {
    reason: 'NoRuntime',
    packages: ['containerd', 'runc'],
    missing: (found, agent) => {
      if (found.has('runtime.socket')) return undefined;
      const { socket, type } = agent.runtime;
      if (found.has('runtime.version'))
        return `${found.get('runtime.version') || type} is installed, but its socket ${socket} is missing; start the service`;
      return `${type} is not installed (no socket ${socket}); install containerd and runc`;
    },
  },
  {
    reason: 'NoCniPlugins',
    packages: ['containernetworking-plugins'],
    missing: (found) =>
      found.has('cni')
        ? undefined
        : 'neither /usr/lib/cni nor /opt/cni/bin has the CNI plugins bridge, host-local and loopback; install containernetworking-plugins',
  },
];

function tool(program: string, packageName: string, purpose: string): Requirement {
  return {
    reason: `No${program.charAt(0).toUpperCase()}${program.slice(1)}`,
    packages: [packageName],
    missing: (found) =>
      found.has(`tool.${program}`) ? undefined : `${program} is missing (${purpose}); install ${packageName}`,
  };
}

/** The pinned Node is linked against it; a minimal Debian or Ubuntu lacks libatomic1. */
function library(file: string, packageName: string): Requirement {
  return {
    reason: 'NoSharedLibrary',
    packages: [packageName],
    missing: (found) =>
      found.has(`library.${file}`)
        ? undefined
        : `the shared library ${file} is missing (for the agent); install ${packageName}`,
  };
}

/** Reads the NAME=VALUE lines of inspect.sh. */
export function checkHost(lines: string, agent: AgentConfig): HostCheck {
  const found = new Map<string, string>();
  for (const line of lines.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) found.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const unmet = requirements.flatMap((requirement) => {
    const message = requirement.missing(found, agent);
    return message === undefined ? [] : [{ requirement, message }];
  });
  const problems = unmet.map(({ requirement, message }) => ({ reason: requirement.reason, message }));
  const facts = factsOf(found);
  const installs = found.has('apt') && found.get('root') !== 'none' && agent.runtime.type === 'containerd';
  const packages = installs
    ? [...new Set(unmet.flatMap(({ requirement }) => requirement.packages))].sort()
    : [];
  return {
    ...(facts === undefined ? {} : { facts }),
    problems,
    packages,
    groupId: Number(found.get('group') ?? 0),
    agentDigests: [...found.keys()].filter((name) => name.startsWith('agent.')).map((name) => name.slice(6)),
  };
}

function factsOf(found: ReadonlyMap<string, string>): HostFacts | undefined {
  const architecture = architectureOf(found);
  if (architecture === undefined || found.get('root') === 'none') return undefined;
  return {
    kernel: found.get('kernel') ?? '',
    architecture,
    distribution: (found.get('distribution') ?? '').trim(),
    init: found.get('init') === 'systemd' ? 'systemd' : 'other',
    root: found.get('root') === 'sudo' ? 'sudo' : 'user',
    runtimeVersion: found.get('runtime.version') ?? '',
    cniPluginPath: found.get('cni') ?? '',
    diskFreeBytes: diskFreeBytes(found),
    cgroups: found.get('cgroups') === 'v1v2' ? 'hybrid' : found.get('cgroups') === 'v1' ? 'v1' : 'v2',
  };
}

const machines: Readonly<Record<string, AgentArchitecture>> = { x86_64: 'x64', aarch64: 'arm64' };

function architectureOf(found: ReadonlyMap<string, string>): AgentArchitecture | undefined {
  return machines[found.get('machine') ?? ''];
}

function diskFreeBytes(found: ReadonlyMap<string, string>): number {
  return Number(found.get('disk.freeKiB') ?? 0) * 1024;
}

/** Compares the leading `MAJOR.MINOR` of two versions. */
function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
