import type { Clock, HostTarget } from '../../reconciler/core/ports.ts';
import { systemClock, systemRandom } from '../../reconciler/system/system-ports.ts';
import { MemoryAgent } from '../sim/memory-agent.ts';
import { createMemoryLinks } from '../sim/memory-links.ts';
import { linksContract } from './links-contract.ts';
import { trialEpoch, type LinksTrial } from './links-trial.ts';

for (const latencyMs of [0, 2]) {
  linksContract({ name: `memory (${latencyMs} ms)`, open: async () => openMemoryTrial(latencyMs) });
}

/** The keepalive's 8 s pass in a fifth of a second. */
const fastClock: Clock = {
  now: () => systemClock.now(),
  steady: () => systemClock.steady(),
  after: (delayMs, run) => systemClock.after(delayMs / 40, run),
};

function openMemoryTrial(latencyMs: number): LinksTrial {
  const agents = new Map<string, MemoryAgent>();
  const agent = (host: string): MemoryAgent => {
    const found = agents.get(host) ?? new MemoryAgent();
    agents.set(host, found);
    return found;
  };
  const links = createMemoryLinks({
    clock: fastClock,
    random: systemRandom,
    epoch: trialEpoch,
    latencyMs,
    agent,
  });
  return {
    links,
    agent,
    target: (name): HostTarget => ({
      name,
      address: name,
      port: 22,
      user: 'root',
      hostKeys: ['SHA256:x'],
      identityPath: '/nowhere',
      agent: { nodeName: name, runtime: { type: 'containerd', socket: '/run/containerd/containerd.sock' } },
    }),
    cut: async (host) => links.cut(host),
    freeze: async (host) => links.freeze(host),
    restore: async (host) => links.restore(host),
    restartAgent: async (host) => links.restartAgent(host),
    dispose: () => links.close(),
  };
}
