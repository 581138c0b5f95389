/** What lies between reconcilers and hosts: who is reached, how slowly, and in which order. It outlives reconcilers. */
import type { Clock, HostLinks } from '../../../reconciler/core/ports.ts';
import { createMemoryLinks, type MemoryLinks } from '../memory-links.ts';
import type { EventClock } from './event-clock.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimAgent } from './sim-agent.ts';

/** `cut` refuses at once, `frozen` lets nothing through. */
export type Reach = 'open' | 'cut' | 'frozen';

interface Wire {
  reach: Reach;
  /** Longest time that a message takes, in milliseconds. */
  slowMsMax: number;
  /** When the last message of each direction arrives: the next one comes after it. */
  readonly lastMs: Record<'there' | 'back', number>;
}

const usualMsMax = 20;

interface NetworkPorts {
  readonly clock: EventClock;
  readonly random: SeededRandom;
  agent(host: string): SimAgent;
  /** The agent and all that it ran are taken off the host. */
  reset(host: string): void;
}

export class Network {
  readonly #ports: NetworkPorts;
  readonly #wires = new Map<string, Wire>();
  readonly #links = new Set<MemoryLinks>();

  constructor(ports: NetworkPorts) {
    this.#ports = ports;
  }

  /** The links of one term of one reconciler. */
  open(epoch: number, clock: Clock): HostLinks {
    const { random } = this.#ports;
    const links = createMemoryLinks({
      clock,
      random,
      epoch,
      latencyMs: 1,
      agent: (host) => this.#ports.agent(host),
      wire: (host, direction, arrive) => this.#bring(host, direction, arrive),
      reset: async (host) => this.#ports.reset(host),
    });
    this.#links.add(links);
    for (const [host, { reach }] of this.#wires) apply(links, host, reach);
    return {
      open: (target, events) => links.open(target, events),
      scan: (address, port, signal) => links.scan(address, port, signal),
      reset: (target, progress, signal) => links.reset(target, progress, signal),
      close: async () => {
        this.#links.delete(links);
        await links.close();
      },
    };
  }

  reach(host: string): Reach {
    return this.#wire(host).reach;
  }

  setReach(host: string, reach: Reach): void {
    this.#wire(host).reach = reach;
    for (const links of this.#links) apply(links, host, reach);
  }

  /** Every message takes up to so long from now on; undefined is as usual. */
  setSlow(host: string, slowMsMax: number | undefined): void {
    this.#wire(host).slowMsMax = slowMsMax ?? usualMsMax;
  }

  /** Connections end because the agent's process did. */
  restartAgent(host: string): void {
    for (const links of this.#links) links.restartAgent(host);
  }

  #wire(host: string): Wire {
    const known = this.#wires.get(host);
    if (known !== undefined) return known;
    const wire: Wire = { reach: 'open', slowMsMax: usualMsMax, lastMs: { there: 0, back: 0 } };
    this.#wires.set(host, wire);
    return wire;
  }

  #bring(host: string, direction: 'there' | 'back', arrive: () => void): void {
    const { clock, random } = this.#ports;
    const wire = this.#wire(host);
    const dueMs = clock.steady() + 1 + random.below(wire.slowMsMax);
    // One connection keeps the order of what it carries.
    const arrivesMs = Math.max(dueMs, wire.lastMs[direction] + 1);
    wire.lastMs[direction] = arrivesMs;
    clock.after(arrivesMs - clock.steady(), arrive);
  }
}

function apply(links: MemoryLinks, host: string, reach: Reach): void {
  if (reach === 'cut') links.cut(host);
  else if (reach === 'frozen') links.freeze(host);
  else links.restore(host);
}
