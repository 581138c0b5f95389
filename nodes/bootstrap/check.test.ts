import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentConfig } from '../../schemas/wire/messages.ts';
import { checkHost } from './check.ts';

const agent: AgentConfig = {
  nodeName: 'one',
  runtime: { type: 'containerd', socket: '/run/containerd/containerd.sock' },
};

const debian = {
  system: 'Linux',
  kernel: '6.1.0-18-amd64',
  machine: 'x86_64',
  distribution: 'debian 12',
  libc: 'glibc 2.36',
  root: 'user',
  group: '0',
  init: 'systemd',
  apt: 'yes',
  'tool.nft': 'yes',
  'tool.ip': 'yes',
  'tool.gzip': 'yes',
  'tool.sha256sum': 'yes',
  'tool.setsid': 'yes',
  'library.libatomic.so.1': 'yes',
  'library.libgcc_s.so.1': 'yes',
  'library.libstdc++.so.6': 'yes',
  cni: '/usr/lib/cni',
  'runtime.version': 'containerd 1.6.20',
  'runtime.socket': 'yes',
  'disk.freeKiB': '9000000',
  cgroups: 'v2',
} as const;

/** What inspect.sh prints on a host that differs from a good Debian; null takes a line away. */
function linesOf(differences: Readonly<Record<string, string | null>>): string {
  return Object.entries({ ...debian, ...differences })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

test('a good host has facts and no problems', () => {
  assert.deepEqual(checkHost(linesOf({}), agent), {
    facts: {
      kernel: '6.1.0-18-amd64',
      architecture: 'x64',
      distribution: 'debian 12',
      init: 'systemd',
      root: 'user',
      runtimeVersion: 'containerd 1.6.20',
      cniPluginPath: '/usr/lib/cni',
      diskFreeBytes: 9_216_000_000,
      cgroups: 'v2',
    },
    problems: [],
    packages: [],
    groupId: 0,
    agentDigests: [],
  });
});

/** Each lack alone: the reason, and the packages that apt would add. */
const lacks: readonly (readonly [Readonly<Record<string, string | null>>, string, readonly string[]])[] = [
  [{ system: 'FreeBSD' }, 'NotLinux', []],
  [{ machine: 'riscv64' }, 'UnknownArchitecture', []],
  [{ root: 'none' }, 'NoRoot', []],
  [{ kernel: '4.19.0-27' }, 'KernelTooOld', []],
  [{ libc: '' }, 'LibcUnsupported', []],
  [{ libc: 'glibc 2.17' }, 'LibcUnsupported', []],
  [{ cgroups: '' }, 'NoCgroups', []],
  [{ 'disk.freeKiB': '200000' }, 'DiskFull', []],
  [{ 'library.libatomic.so.1': null }, 'NoSharedLibrary', ['libatomic1']],
  [{ 'tool.nft': null }, 'NoNft', ['nftables']],
  [{ 'tool.ip': null }, 'NoIp', ['iproute2']],
  [{ init: 'other', 'tool.setsid': null }, 'NoSetsid', ['util-linux']],
  [{ 'runtime.socket': null, 'runtime.version': null }, 'NoRuntime', ['containerd', 'runc']],
  [{ cni: null }, 'NoCniPlugins', ['containernetworking-plugins']],
];

for (const [difference, reason, packages] of lacks) {
  test(`a host with ${JSON.stringify(difference)} is told: ${reason}`, () => {
    const check = checkHost(linesOf(difference), agent);
    assert.deepEqual(
      check.problems.map((problem) => problem.reason),
      [reason],
    );
    assert.deepEqual(check.packages, packages);
    assert.match(check.problems[0]?.message ?? '', /\w+ \w+/);
  });
}

test('everything that is missing is told at once, and apt is asked once', () => {
  const check = checkHost(
    linesOf({ 'tool.nft': null, cni: null, 'runtime.socket': null, 'runtime.version': null }),
    agent,
  );
  assert.deepEqual(
    check.problems.map(({ reason }) => reason),
    ['NoNft', 'NoRuntime', 'NoCniPlugins'],
  );
  assert.deepEqual(check.packages, ['containerd', 'containernetworking-plugins', 'nftables', 'runc']);
});

test('a runtime that is installed and does not run is told apart from none', () => {
  const [problem] = checkHost(linesOf({ 'runtime.socket': null }), agent).problems;
  assert.match(problem?.message ?? '', /is installed, but its socket .* is missing; start the service/);
});

test('nothing is installed without apt, without root, or beside a runtime that is not ours to choose', () => {
  assert.deepEqual(checkHost(linesOf({ 'tool.nft': null, apt: null }), agent).packages, []);
  assert.deepEqual(checkHost(linesOf({ 'tool.nft': null, root: 'none' }), agent).packages, []);
  const docker: AgentConfig = { nodeName: 'one', runtime: { type: 'docker', socket: '/run/docker.sock' } };
  assert.deepEqual(checkHost(linesOf({ 'runtime.socket': null }), docker).packages, []);
});

test('agents on the host are known by their digests', () => {
  assert.deepEqual(checkHost(linesOf({ 'agent.abc': 'intact', 'agent.def': 'intact' }), agent).agentDigests, [
    'abc',
    'def',
  ]);
});
