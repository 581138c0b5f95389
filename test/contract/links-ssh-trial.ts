/** The real links against a real sshd per host, with a MemoryAgent behind an HTTP/2 server on a unix socket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../reconciler/core/ports.ts';
import { createHostLinks } from '../../reconciler/dispatch/host-links.ts';
import type { LinkPorts } from '../../reconciler/dispatch/link.ts';
import { systemClock, systemRandom } from '../../reconciler/system/system-ports.ts';
import type { AgentBuild } from '../../schemas/wire/bootstrap.ts';
import { MemoryAgent } from '../sim/memory-agent.ts';
import { AgentServer } from './links-agent-server.ts';
import { makeSshKey, Sshd, type SshKeyFile } from './links-sshd.ts';
import { trialEpoch, type LinksTrial } from './links-trial.ts';

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The build that every MemoryAgent claims to be of. */
export const trialBuild: AgentBuild = {
  architecture: 'x64',
  executablePath: '/nowhere/berth-agent',
  gzipPath: '/nowhere/berth-agent.gz',
  digest: 'a'.repeat(64),
  version: '0.0.0-test',
  sizeBytes: 1,
  gzipBytes: 1,
};

interface TrialHost {
  readonly sshd: Sshd;
  readonly agent: MemoryAgent;
  readonly server: AgentServer;
  cut: boolean;
}

export interface SshTrial extends LinksTrial {
  readonly folder: string;
  readonly clientKey: SshKeyFile;
  host(name: string): TrialHost;
}

/** Two hosts per trial are enough for every case: their names are given. All share the agent's socket path. */
export async function openSshTrial(
  names: readonly string[],
  ports: Partial<LinkPorts> = {},
): Promise<SshTrial> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-links-'));
  const clientKey = await makeSshKey(join(folder, 'client'));
  const agentSocketPath = join(folder, 'run/agent.sock');
  const agent = new MemoryAgent(trialBuild.digest);
  const server = new AgentServer(agent, agentSocketPath);
  await server.start();
  const hosts = new Map<string, TrialHost>();
  for (const name of names) {
    hosts.set(name, { sshd: await Sshd.start(join(folder, name), clientKey), agent, server, cut: false });
  }
  const links = createHostLinks({
    clock: systemClock,
    random: systemRandom,
    logger: silent,
    epoch: trialEpoch,
    agentSocketPath,
    agentBuilds: async () => [trialBuild],
    bootstrap: async () => ({ ok: false, reason: 'HostUnfit', message: 'no bootstrap in this trial' }),
    ...ports,
  });
  const host = (name: string): TrialHost => {
    const found = hosts.get(name);
    if (found === undefined) throw new Error(`the trial has no host ${name}`);
    return found;
  };
  return {
    folder,
    clientKey,
    links,
    host,
    agent: () => agent,
    target: (name) => ({
      ...host(name).sshd.target,
      name,
      agent: { nodeName: name, runtime: { type: 'containerd', socket: '/run/containerd/containerd.sock' } },
    }),
    cut: async (name) => {
      host(name).cut = true;
      await host(name).sshd.kill();
    },
    freeze: async (name) => host(name).sshd.freeze(),
    restore: async (name) => {
      if (host(name).cut) await host(name).sshd.start();
      else host(name).sshd.thaw();
      host(name).cut = false;
    },
    restartAgent: async () => {
      await server.kill();
      await server.start();
    },
    dispose: async () => {
      await links.close();
      for (const { sshd } of hosts.values()) {
        sshd.thaw();
        await sshd.kill();
      }
      await server.kill();
      await rm(folder, { recursive: true });
    },
  };
}
