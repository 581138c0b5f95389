/** A whole simulated host: it takes its desired state over the wire, runs its pods, and reports as the agent does. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type {
  DesiredEntry,
  DesiredUpdate,
  NetworkEntry,
  NodeReport,
  PodGoneReport,
  Report,
} from '../../../schemas/wire/messages.ts';
import { podReferences } from '../../../reconciler/core/desired/pod-references.ts';
import { formatIpv4, parseCidr } from '../../../reconciler/core/registry/cidr.ts';
import { type DesiredOutcome, MemoryAgent } from '../memory-agent.ts';
import type { Clock } from '../../../reconciler/core/ports.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SimPod } from './sim-pod.ts';

export interface HostShape {
  readonly name: string;
  readonly address: string;
  readonly allocatable: Readonly<Record<string, string>>;
}

export interface AgentPorts {
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** Whether faults are over: from then on nothing fails any more. */
  readonly isCalm: () => boolean;
  readonly reportIntervalMs: () => number;
  /** A pod began or ended to run here. */
  readonly ranChanged: (agent: SimAgent, pod: SimPod) => void;
}

const volumeRemovalMs = 500;

export class SimAgent extends MemoryAgent {
  readonly shape: HostShape;
  readonly #ports: AgentPorts;
  readonly #simulated = new Map<string, SimPod>();
  readonly #goneReports = new Map<string, PodGoneReport>();
  #addresses = 1;
  #isUp = true;

  constructor(shape: HostShape, ports: AgentPorts) {
    super();
    this.shape = shape;
    this.#ports = ports;
    this.#beat();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Pods of which something may run, or that have not told yet how they ended. */
  get simulated(): ReadonlyMap<string, SimPod> {
    return this.#simulated;
  }

  override put(update: DesiredUpdate): DesiredOutcome {
    const outcome = super.put(update);
    this.updates.length = 0;
    if (outcome.ok) this.#follow();
    return outcome;
  }

  override subscribe(hear: (report: Report) => void): () => void {
    const end = super.subscribe(hear);
    hear(this.#nodeReport());
    for (const report of this.#goneReports.values()) hear(report);
    for (const name of this.#removedVolumes()) hear({ type: 'volume-removed', name });
    return end;
  }

  /** The power fails: nothing runs, nobody is told. */
  powerOff(): void {
    this.#isUp = false;
    for (const pod of this.#simulated.values()) {
      pod.crash();
      this.#ports.ranChanged(this, pod);
    }
  }

  powerOn(): void {
    this.#isUp = true;
    this.restart();
    for (const pod of this.#simulated.values()) pod.boot();
  }

  /** The agent is taken off the host with all that it ran and knew. */
  wipe(): void {
    for (const pod of this.#simulated.values()) {
      pod.crash();
      this.#ports.ranChanged(this, pod);
    }
    this.#simulated.clear();
    this.#goneReports.clear();
    this.pods.clear();
    this.entries.clear();
    this.epoch = 0;
    this.generation = 0;
  }

  /** What waits to be started again after failures is started now. */
  forgive(): void {
    for (const pod of this.#simulated.values()) pod.forgive();
  }

  /** Tells once more what it told already. */
  repeat(): void {
    for (const report of [...this.pods.values(), ...this.#goneReports.values()]) this.report(report);
    this.report(this.#nodeReport());
  }

  #follow(): void {
    for (const entry of this.entries.values()) {
      if (entry.type === 'pod') this.#take(entry.pod);
      if (entry.type === 'removed-volume') this.#removeVolume(entry);
    }
    for (const [uid, pod] of this.#simulated) if (!this.entries.has(`pod/${uid}`)) pod.stop();
    for (const uid of this.#goneReports.keys())
      if (!this.entries.has(`pod/${uid}`)) this.#goneReports.delete(uid);
  }

  #take(pod: Pod): void {
    const { uid = '', deletionTimestamp } = pod.metadata;
    if (this.#goneReports.has(uid)) return;
    const known = this.#simulated.get(uid);
    if (known !== undefined) return known.pod === pod ? undefined : known.update(pod);
    const { clock, random, isCalm } = this.#ports;
    const simulated: SimPod = new SimPod(pod, {
      clock,
      random,
      isCalm,
      hostIP: this.shape.address,
      address: () => this.#addressFor(pod),
      changed: () => this.#changed(uid, simulated),
    });
    this.#simulated.set(uid, simulated);
    if (deletionTimestamp !== undefined) simulated.stop();
    this.#changed(uid, simulated);
  }

  #changed(uid: string, simulated: SimPod): void {
    if (!this.#isUp || this.#simulated.get(uid) !== simulated) return;
    this.#ports.ranChanged(this, simulated);
    const { namespace = '', name = '' } = simulated.pod.metadata;
    const about = { uid, namespace, name, status: simulated.status() };
    if (!simulated.isGone) return this.report({ type: 'pod', ...about });
    this.#simulated.delete(uid);
    this.pods.delete(uid);
    if (!this.entries.has(`pod/${uid}`)) return;
    const gone: PodGoneReport = { type: 'pod-gone', ...about };
    this.#goneReports.set(uid, gone);
    this.report(gone);
  }

  #addressFor(pod: Pod): string | undefined {
    if (pod.spec?.hostNetwork === true) return this.shape.address;
    const network = this.entries.get('network') as NetworkEntry | undefined;
    const lacks = podReferences(pod).some((key) => key.startsWith('claim/') && !this.entries.has(key));
    if (network === undefined || lacks) return undefined;
    const { base } = parseCidr(network.podCidr);
    const taken = new Set([...this.#simulated.values()].map(({ address }) => address));
    for (let tries = 0; tries < 253; tries++) {
      this.#addresses = this.#addresses >= 254 ? 2 : this.#addresses + 1;
      const address = formatIpv4(base + this.#addresses);
      if (!taken.has(address)) return address;
    }
    return undefined;
  }

  #removedVolumes(): readonly string[] {
    return [...this.entries.keys()].flatMap((key) =>
      key.startsWith('removed-volume/') ? [key.slice('removed-volume/'.length)] : [],
    );
  }

  #removeVolume({ key }: DesiredEntry): void {
    this.#ports.clock.after(volumeRemovalMs, () => {
      if (this.#isUp && this.entries.has(key))
        this.report({ type: 'volume-removed', name: key.slice('removed-volume/'.length) });
    });
  }

  /** A sign of life at regular intervals, and at a time of its own. */
  #beat(): void {
    const { clock, random, reportIntervalMs } = this.#ports;
    clock.after(reportIntervalMs() * (0.9 + random.next() / 5), () => {
      if (this.#isUp) this.report(this.#nodeReport());
      this.#beat();
    });
  }

  #nodeReport(): NodeReport {
    const { name, address, allocatable } = this.shape;
    return {
      type: 'node',
      capacity: allocatable,
      allocatable,
      nodeInfo: nodeInfo(name),
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        {
          type: 'MemoryPressure',
          status: 'False',
          reason: 'KubeletHasSufficientMemory',
          message: 'enough memory',
        },
        { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the runtime answers' },
      ],
      images: [],
    };
  }
}

function nodeInfo(name: string): NodeReport['nodeInfo'] {
  return {
    machineID: name,
    systemUUID: name,
    bootID: name,
    kernelVersion: '6.12.0',
    osImage: 'simulated',
    containerRuntimeVersion: 'simulated://1',
    kubeletVersion: 'v1.36.0',
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}
