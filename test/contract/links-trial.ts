/** What a case of the HostLinks contract works with. */
import type { HostEvents, HostLink, HostLinks, HostTarget, LinkState } from '../../reconciler/core/ports.ts';
import type { NetworkEntry, Report, SecretEntry } from '../../schemas/wire/messages.ts';
import type { MemoryAgent } from '../sim/memory-agent.ts';

/** The reconciler's epoch in every trial. */
export const trialEpoch = 7;

/** A set of hosts, each with an agent, and links to them that have not been opened yet. */
export interface LinksTrial {
  readonly links: HostLinks;
  target(host: string): HostTarget;
  /** The agent that runs on a host; the same one for the same name. */
  agent(host: string): MemoryAgent;
  /** Breaks the host's connections, and refuses new ones until `restore`. */
  cut(host: string): Promise<void>;
  /** Lets nothing through and closes nothing, until `restore`. */
  freeze(host: string): Promise<void>;
  restore(host: string): Promise<void>;
  /** Ends the agent and starts it again; what it has on its disk stays. */
  restartAgent(host: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface LinksFactory {
  readonly name: string;
  open(): Promise<LinksTrial>;
}

export type LinksCases = Readonly<Record<string, (trial: LinksTrial) => Promise<void>>>;

/** Hears what links tell, and waits for what is expected. */
export class News implements HostEvents {
  readonly states: { readonly host: string; readonly state: LinkState }[] = [];
  readonly reports: { readonly host: string; readonly report: Report }[] = [];
  readonly #listeners = new Set<() => void>();

  state(host: string, state: LinkState): void {
    this.states.push({ host, state });
    for (const heard of this.#listeners) heard();
  }

  report(host: string, report: Report): void {
    this.reports.push({ host, report });
    for (const heard of this.#listeners) heard();
  }

  phases(host: string): readonly LinkState['phase'][] {
    return this.states.filter((each) => each.host === host).map(({ state }) => state.phase);
  }

  /** The next state of this phase that the host gets, after the first `skip` ones of all its states. */
  async reached<Phase extends LinkState['phase']>(
    host: string,
    phase: Phase,
    skip = 0,
  ): Promise<Extract<LinkState, { readonly phase: Phase }>> {
    const find = (): LinkState | undefined =>
      this.states
        .filter((each) => each.host === host)
        .slice(skip)
        .find(({ state }) => state.phase === phase)?.state;
    const found = await this.#until(find);
    return found as Extract<LinkState, { readonly phase: Phase }>;
  }

  async reported(host: string, matches: (report: Report) => boolean): Promise<Report> {
    return this.#until(() => this.reports.find((each) => each.host === host && matches(each.report))?.report);
  }

  async #until<Value>(find: () => Value | undefined): Promise<Value> {
    const found = find();
    if (found !== undefined) return found;
    return new Promise((resolve) => {
      const heard = (): void => {
        const now = find();
        if (now === undefined) return;
        this.#listeners.delete(heard);
        resolve(now);
      };
      this.#listeners.add(heard);
    });
  }
}

/** Opens a link and waits until it is connected. */
export async function connect(
  trial: LinksTrial,
  host: string,
  news = new News(),
): Promise<{ link: HostLink; news: News }> {
  const link = trial.links.open(trial.target(host), news);
  await news.reached(host, 'connected');
  return { link, news };
}

export function network(podCidr: string): NetworkEntry {
  return {
    key: 'network',
    type: 'network',
    nodeName: 'one',
    nodeAddress: '192.0.2.1',
    podCidr,
    clusterCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
  };
}

export function secret(name: string, value = ''): SecretEntry {
  return { key: `secret/default/${name}`, type: 'secret', secretType: 'Opaque', data: { value } };
}
