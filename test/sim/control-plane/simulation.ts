/**
 * One run of the whole control plane, from one seed: real loops on a store in memory, simulated hosts, people and
 * faults. Faults end, time goes on, and all must be as it was asked for.
 */
import type { KubeObject } from '../../../reconciler/core/model/object.ts';
import { localPathClass } from '../../../reconciler/core/storage/local-path.ts';
import { nodeReportIntervalMs } from '../../../schemas/wire/messages.ts';
import { MemoryElection } from '../memory-election.ts';
import { described, matters } from './change-text.ts';
import { EventClock, quiet } from './event-clock.ts';
import { Network, type Reach } from './network.ts';
import { hostObject, People } from './people.ts';
import { noStoreFaults, type StoreFaults } from './process-ports.ts';
import { untruths } from './rest.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimAgent } from './sim-agent.ts';
import { SimReconciler } from './sim-reconciler.ts';
import { Trace } from './trace.ts';
import { type TrueCommit, Truth } from './truth.ts';
import { type Finding, Witness } from './witness.ts';
import { namespaces, priorityClasses } from './workloads.ts';

export interface RunOptions {
  readonly seed: number;
  /** Hosts at the start; the seed's choice where left out. */
  readonly hosts?: number;
  /** Things that people and fate do; the seed's choice where left out. */
  readonly steps?: number;
  /** Hears of each line of the trace. */
  readonly tell?: (line: string) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** Of every commit and fault, in order. */
  readonly digest: string;
  readonly lastLines: readonly string[];
  readonly commits: number;
  readonly events: number;
  /** Virtual time from the last fault until all was at rest. */
  readonly restMs: number;
}

/**
 * Without a change for so long, the cluster counts as at rest: longer than a crashed container, a Job and the scheduler
 * wait, and than the 10 minutes after which a Deployment is told that it makes no progress.
 */
const restMs = 700_000;
/** The same of a large cluster, whose signs of life alone would take minutes to simulate. */
const restMsLarge = 40_000;
const largeHosts = 100;
/** So long after the last fault it has to be; `restMs` counts. */
const convergenceMsMax = 3_600_000;
const againMs = 5_000;
/** Reports while nothing else happens: often enough that no node counts as silent. */
const calmReportIntervalMs = 25_000;

export class Simulation {
  readonly random: SeededRandom;
  readonly clock: EventClock;
  readonly network: Network;
  readonly people: People;
  readonly witness: Witness;
  readonly agents = new Map<string, SimAgent>();
  readonly #truth: Truth;
  readonly #trace: Trace;
  readonly #election: MemoryElection;
  #reconcilers: SimReconciler[] = [];
  #incarnations = 0;
  #commits = 0;
  #changedMs = 0;
  storeFaults: StoreFaults = noStoreFaults;
  #isCalm = false;
  /** Machines whose Host was deleted while nobody could reach them, which says that they do nothing any more. */
  readonly #givenUp = new Set<string>();

  constructor(options: RunOptions) {
    this.random = new SeededRandom(options.seed);
    this.clock = new EventClock(this.random.fork());
    this.#trace = new Trace(options.tell);
    this.#truth = new Truth((commit, writes) => this.#committed(commit, writes));
    this.#election = new MemoryElection(this.#truth.storeOf('election'));
    this.witness = new Witness({
      view: () => this.#truth.view,
      steadyMs: () => this.clock.steady(),
      isGivenUp: (host) => this.#givenUp.has(host),
    });
    this.people = new People(this.random.fork(), { setsClock: this.random.chance(0.5) }, (text) =>
      this.tell(text),
    );
    this.network = new Network({
      clock: this.clock,
      random: this.random.fork(),
      agent: (host) => this.agent(host),
      reset: (host) => {
        this.agent(host).wipe();
        this.#givenUp.delete(host);
      },
    });
  }

  get view(): Truth['view'] {
    return this.#truth.view;
  }

  /** Hosts that are to stay. */
  hostObjects(): readonly KubeObject[] {
    return this.view
      .list<KubeObject>('berth.dev/v1alpha1', 'Host')
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** The store works as it should again. */
  heal(): void {
    this.storeFaults = noStoreFaults;
  }

  setReach(host: string, reach: Reach): void {
    this.network.setReach(host, reach);
    this.#listen();
  }

  /** Whether all hosts are silent, and since when; to be asked anew whenever one comes or goes. */
  #listen(): void {
    const isHeard = [...this.agents.keys()].some((name) => this.network.reach(name) === 'open');
    this.witness.silentSinceMs = isHeard ? undefined : (this.witness.silentSinceMs ?? this.clock.steady());
  }

  /** A machine that was off boots; what was connected to it finds out. */
  powerOn(agent: SimAgent): void {
    if (agent.isUp) return;
    agent.powerOn();
    this.setReach(agent.shape.name, 'open');
    this.network.restartAgent(agent.shape.name);
  }

  /** What fate has begun ends after a while, or with everything else when faults end. */
  later(delayMs: number, run: () => void): void {
    this.clock.after(delayMs, () => {
      if (!this.#isCalm) run();
    });
  }

  get reconcilers(): readonly SimReconciler[] {
    return this.#reconcilers;
  }

  tell(text: string): void {
    this.#trace.add(this.clock.steady(), text);
  }

  agent(host: string): SimAgent {
    const agent = this.agents.get(host);
    if (agent === undefined) throw new Error(`there is no machine ${host}`);
    return agent;
  }

  /** One that works, whether it leads or not; undefined while all are down. */
  anyReconciler(): SimReconciler | undefined {
    return this.#reconcilers.length === 0 ? undefined : this.random.pick(this.#reconcilers);
  }

  /** A machine, and the Host that stands for it. */
  addHost(index: number): void {
    const via = this.anyReconciler();
    if (via === undefined) return;
    const name = `n${index}`;
    const address = `192.0.${2 + Math.floor(index / 250)}.${1 + (index % 250)}`;
    if (!this.agents.has(name)) this.agents.set(name, this.#machine(name, address));
    this.#listen();
    void this.people.make(via, hostObject(name, address, `z${index % 3}`));
  }

  #machine(name: string, address: string): SimAgent {
    const { random } = this;
    const gpus = random.chance(0.3) ? { 'example.com/gpu': '2' } : {};
    const cpu = random.pick(['2', '4']);
    return new SimAgent(
      { name, address, allocatable: { cpu, memory: '4Gi', pods: random.pick(['6', '20', '110']), ...gpus } },
      {
        clock: this.clock,
        random: random.fork(),
        isCalm: () => this.#isCalm,
        reportIntervalMs: () => (this.#isCalm ? calmReportIntervalMs : nodeReportIntervalMs),
        ranChanged: (agent, pod) => this.witness.ran(agent, pod),
      },
    );
  }

  async startReconciler(): Promise<void> {
    const name = `r${++this.#incarnations}`;
    this.tell(`${name} starts`);
    const reconciler = await SimReconciler.start({
      name,
      clock: this.clock,
      store: this.#truth.storeOf(name),
      random: this.random.fork(),
      election: this.#election.candidate(name),
      network: this.network,
      faults: () => this.storeFaults,
      tell: (text) => this.tell(`${name}: ${text}`),
      failed: (error) => this.witness.found('no reconciler ends by itself', textOf(error)),
      complained: (text) => {
        this.tell(`${name}: error: ${text}`);
        if (text.includes('failed its check')) this.witness.found('every plan is sound', text);
      },
    });
    this.#reconcilers.push(reconciler);
  }

  /** The process ends between two of its steps; its lease runs out a while later. */
  kill(reconciler: SimReconciler, leaseMs: number): void {
    const led = reconciler.leads;
    this.tell(`${reconciler.name} is killed${led ? ', it led' : ''}`);
    reconciler.kill();
    this.#reconcilers = this.#reconcilers.filter((one) => one !== reconciler);
    this.clock.after(leaseMs, () => void this.#election.depose(reconciler.name));
  }

  /** Whoever leads loses the lead, and hears of it late. */
  depose(): void {
    this.tell('the lead is taken away');
    void this.#election.depose();
  }

  /** Lets time pass; ends early where something is found. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.steady() + ms;
    // What was begun outside of any event goes on first.
    await quiet();
    while (this.witness.findings.length === 0 && (await this.clock.step(untilMs)));
  }

  /** First objects, reconcilers and hosts. */
  async begin(hosts: number, reconcilers: number): Promise<void> {
    for (let index = 0; index < reconcilers; index++) await this.startReconciler();
    const via = this.anyReconciler();
    if (via === undefined) throw new Error('no reconciler runs');
    const system = ['default', 'kube-system', 'kube-node-lease', ...namespaces];
    const first: readonly KubeObject[] = [
      ...system.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ...priorityClasses,
      localPathClass,
    ];
    for (const object of first) void this.people.make(via, object);
    for (let index = 0; index < hosts; index++) this.addHost(index);
    await this.pass(5_000);
  }

  /** Nothing fails any more, and all hosts are there. */
  async calm(): Promise<void> {
    this.tell('faults end');
    this.#isCalm = true;
    this.heal();
    for (const [name, agent] of this.agents) {
      this.network.setSlow(name, undefined);
      this.powerOn(agent);
      agent.forgive();
      this.setReach(name, 'open');
    }
    if (this.#reconcilers.length === 0) await this.startReconciler();
    this.#changedMs = this.clock.steady();
  }

  /** Waits until nothing changes any more; gives how long that took. */
  async rest(): Promise<number> {
    const begunMs = this.clock.steady();
    const waitMs = this.agents.size > largeHosts ? restMsLarge : restMs;
    for (;;) {
      const quietMs = this.clock.steady() - this.#changedMs;
      if (this.witness.findings.length > 0 || quietMs >= waitMs) return this.#changedMs - begunMs;
      if (this.clock.steady() - begunMs > convergenceMsMax) {
        this.witness.found('all comes to rest after the last fault', 'objects still change; see the trace');
        return convergenceMsMax;
      }
      await this.pass(waitMs - quietMs);
    }
  }

  /** What is untrue now; and what a reconciler that starts anew would change. */
  async judge(): Promise<void> {
    const agents = [...this.agents.values()].filter(
      ({ shape }) => this.view.get('berth.dev/v1alpha1', 'Host', '', shape.name) !== undefined,
    );
    this.witness.findings.push(
      ...untruths({ view: this.view, agents, jobs: this.witness.jobs, nowMs: this.clock.now() }),
    );
    if (this.witness.findings.length > 0) return;
    for (const reconciler of [...this.#reconcilers]) this.kill(reconciler, 0);
    await this.pass(10);
    await this.startReconciler();
    const before = this.#changedMs;
    await this.pass(againMs);
    if (this.#changedMs !== before)
      this.witness.found(
        'planning again at rest changes nothing',
        'a new leader changed something; see the trace',
      );
  }

  result(seed: number, restedMs: number): RunResult {
    return {
      seed,
      findings: this.witness.findings,
      digest: this.#trace.digest(),
      lastLines: this.#trace.last(),
      commits: this.#commits,
      events: this.clock.events,
      restMs: restedMs,
    };
  }

  #committed(commit: TrueCommit, writes: Parameters<ConstructorParameters<typeof Truth>[0]>[1]): void {
    this.#commits += 1;
    for (const write of writes) if (write.type === 'put') this.#trace.mix(write.value);
    const told = commit.changes.filter(matters);
    if (told.length > 0) {
      this.#changedMs = this.clock.steady();
      this.tell(`${commit.by} ${commit.revision}: ${told.map(described).join('; ')}`);
    }
    for (const { ref, after } of commit.changes)
      if (ref.kind === 'Node' && after === undefined && this.network.reach(ref.name) !== 'open')
        this.#givenUp.add(ref.name);
    this.witness.commit(commit);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
