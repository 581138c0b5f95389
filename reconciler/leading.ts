/** The part of the reconciler that leads: campaigns, works for a term, stops when it is over, campaigns again. */
import type { BerthBackend } from './api/berth-routes.ts';
import { type LeaderElection, type Leadership, LinkError, type Logger } from './core/ports.ts';
import { planAsData, renderPlan } from './core/sync/render.ts';
import type { Cluster } from './loop/cluster.ts';
import type { Term } from './term.ts';

interface LeadingParts {
  readonly election: LeaderElection;
  readonly cluster: Cluster;
  readonly logger: Logger;
  /** A line for the person at the terminal. */
  readonly tell: (line: string) => void;
  /** Starts everything that a leader runs. */
  readonly startTerm: (leadership: Leadership) => Term;
}

export class Leading {
  readonly #parts: LeadingParts;
  #term: Term | undefined;

  constructor(parts: LeadingParts) {
    this.#parts = parts;
  }

  /** Whether this reconciler leads now. */
  get leads(): boolean {
    return this.#term !== undefined;
  }

  /** The term of now. Rejects with a LinkError that names the leader where that is another reconciler. */
  async term(): Promise<Term> {
    if (this.#term !== undefined) return this.#term;
    const leader = await this.#parts.election.leader();
    const whom =
      leader === undefined ? 'none leads now, try again soon' : `ask the one that leads, ${leader}`;
    throw new LinkError('NotLeading', `this reconciler does not lead and has no link to any host: ${whom}`);
  }

  /** Leads whenever it is elected, until `signal` aborts. Rejects where the store cannot go on. */
  async run(signal: AbortSignal): Promise<void> {
    const { election } = this.#parts;
    while (!signal.aborted) {
      let leadership: Leadership;
      try {
        leadership = await election.campaign(signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      await this.#lead(leadership, signal);
    }
  }

  async #lead(leadership: Leadership, signal: AbortSignal): Promise<void> {
    const { election, cluster, logger, tell, startTerm } = this.#parts;
    const { epoch, lost } = leadership;
    // Loops plan from what the former leader left, not from a view that has yet to hear of it.
    await cluster.until(leadership.modRevision);
    cluster.lead(leadership);
    const term = startTerm(leadership);
    this.#term = term;
    logger.info('leading', { identity: election.identity, epoch });
    tell(`${election.identity} leads, epoch ${epoch}`);
    await aborted(AbortSignal.any([signal, lost]));
    this.#term = undefined;
    if (!signal.aborted) {
      logger.warn('the lead is lost', { identity: election.identity, epoch });
      tell(`${election.identity} no longer leads: its lease ran out or was taken away`);
    }
    await term.stop();
    cluster.lead(undefined);
    await leadership.resign();
  }
}

/** What the API asks of the loops and links of the reconciler that leads. */
export function backendOf(leading: Leading): BerthBackend {
  return {
    plan: async (name, ref, signal) => {
      const { applications } = await leading.term();
      const { commit, problems, plan } = await applications.plan(name, ref, signal);
      return {
        commit,
        problems,
        text: plan === undefined ? '' : renderPlan(plan, { color: false }),
        plan: plan === undefined ? null : planAsData(plan),
      };
    },
    scan: async (address, port, signal) => (await leading.term()).links.scan(address, port, signal),
    images: async (host, signal) => (await leading.term()).hosts.link(host).images(signal),
    importImage: async (host, digest, archive, signal) =>
      (await leading.term()).hosts.link(host).importImage(digest, archive, signal),
    session: async (host, ask, input, signal) =>
      (await leading.term()).hosts.link(host).session(ask, input, signal),
    logs: async (host, query, signal) => (await leading.term()).hosts.link(host).logs(query, signal),
  };
}

/** Resolves when `signal` aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
