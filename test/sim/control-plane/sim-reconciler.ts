/** One reconciler's process: the real cluster, election, loops and links, over ports that a run controls. */
import type { LeaderElection, Logger, Store } from '../../../reconciler/core/ports.ts';
import { defaultConfiguration } from '../../../reconciler/core/scheduler/profile.ts';
import { networkDefaults } from '../../../reconciler/core/registry/allocate.ts';
import { formatTime } from '../../../reconciler/core/model/time.ts';
import { Leading } from '../../../reconciler/leading.ts';
import { Cluster } from '../../../reconciler/loop/cluster.ts';
import type { Settings } from '../../../reconciler/settings.ts';
import { startTerm } from '../../../reconciler/term.ts';
import type { EventClock } from './event-clock.ts';
import type { Network } from './network.ts';
import { ProcessPorts, type StoreFaults } from './process-ports.ts';
import type { SeededRandom } from './seeded-random.ts';

interface ReconcilerPorts {
  readonly name: string;
  readonly clock: EventClock;
  readonly store: Store;
  readonly random: SeededRandom;
  readonly election: LeaderElection;
  readonly network: Network;
  readonly faults: () => StoreFaults;
  readonly tell: (text: string) => void;
  /** What a real process ends of. */
  readonly failed: (error: unknown) => void;
  /** Something that its log calls an error. */
  readonly complained: (text: string) => void;
}

/** Room for the ranges of 16,384 nodes. */
const network = { ...networkDefaults, clusterCidr: '10.64.0.0/10' };

const settings: Settings = {
  state: '/nowhere',
  socket: '/nowhere/api.sock',
  identity: undefined,
  application: undefined,
  network,
  listen: undefined,
  auditPolicy: undefined,
  oidc: undefined,
  serverNames: [],
  etcd: undefined,
  scheduler: defaultConfiguration,
};

const tokenLifeMs = 3_600_000;
/** Longest time that a leader goes on after its term is over. */
const lostLateMsMax = 3_000;

export class SimReconciler {
  readonly name: string;
  readonly cluster: Cluster;
  readonly ports: ProcessPorts;
  readonly #leading: Leading;
  readonly #closeLinks = new Set<() => Promise<void>>();

  private constructor(parts: ReconcilerPorts, ports: ProcessPorts, cluster: Cluster) {
    const { name, network, random } = parts;
    this.name = name;
    this.ports = ports;
    this.cluster = cluster;
    this.#leading = new Leading({
      election: mortalElection(parts, ports),
      cluster,
      logger: loggerOf(parts),
      tell: parts.tell,
      startTerm: (leadership) =>
        startTerm(
          {
            settings,
            store: ports.store,
            openLinks: (epoch) => {
              const links = network.open(epoch, ports.clock);
              this.#closeLinks.add(() => links.close());
              return links;
            },
            sources: { open: () => Promise.reject(new Error('there is no repository')) as never },
            schedules: { next: () => undefined },
            clock: ports.clock,
            random,
            logger: loggerOf(parts),
            tell: () => undefined,
          },
          cluster,
          leadership,
          (error) => this.#failed(parts, error),
          {
            controllers: [],
            caPem: 'the simulated authority',
            issueToken: async (request) => ({
              ok: true,
              warnings: [],
              object: {
                ...request,
                spec: { audiences: [], ...request.spec },
                status: {
                  token: 'a-token',
                  expirationTimestamp: formatTime(ports.clock.now() + tokenLifeMs),
                },
              },
            }),
          },
          {},
        ),
    });
  }

  /** Loads the cluster and stands for election from then on. */
  static async start(parts: ReconcilerPorts): Promise<SimReconciler> {
    const ports = new ProcessPorts(parts);
    const { clock, store } = ports;
    const cluster = await Cluster.load({ store, clock, random: parts.random, settings: network });
    const reconciler = new SimReconciler(parts, ports, cluster);
    const forever = new AbortController();
    const failed = (error: unknown): void => reconciler.#failed(parts, error);
    cluster.follow(forever.signal).catch(failed);
    reconciler.#leading.run(forever.signal).catch(failed);
    return reconciler;
  }

  get leads(): boolean {
    return this.#leading.leads;
  }

  /** The process is killed. */
  kill(): void {
    this.ports.die();
    for (const close of this.#closeLinks) void close();
    this.#closeLinks.clear();
  }

  #failed(parts: ReconcilerPorts, error: unknown): void {
    if (!this.ports.isDead) parts.failed(error);
  }
}

/** The election as a process that may die takes part in it, and hears of its end late. */
function mortalElection(parts: ReconcilerPorts, ports: ProcessPorts): LeaderElection {
  const { election, random } = parts;
  return {
    identity: election.identity,
    leader: () => election.leader(),
    campaign: async (signal) => {
      const term = await election.campaign(AbortSignal.any([signal, ports.dead]));
      const over = new AbortController();
      term.lost.addEventListener('abort', () => {
        ports.clock.after(random.below(lostLateMsMax), () => over.abort());
      });
      return { ...term, lost: over.signal };
    },
  };
}

function loggerOf({ tell, complained }: ReconcilerPorts): Logger {
  const text = (message: string, fields: object | undefined): string =>
    fields === undefined ? message : `${message} ${JSON.stringify(fields)}`;
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message, fields) => tell(text(message, fields)),
    error: (message, fields) => complained(text(message, fields)),
  };
}
