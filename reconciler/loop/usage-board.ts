/** The newest usage that hosts reported, in memory alone: it is old in a minute, and never worth a write. */
import { type UsageReport, usageReportIntervalMs } from '../../schemas/wire/messages.ts';
import type { NodeUsage, PodUsage, UsageSource } from '../core/model/usage.ts';
import type { Clock } from '../core/ports.ts';

/** A host may miss two reports; after that it is not known what it uses. */
const keptMs = usageReportIntervalMs * 3;

interface HostUsage {
  /** By the clock that nobody sets. */
  readonly heardMs: number;
  readonly node: NodeUsage;
  readonly pods: ReadonlyMap<string, PodUsage>;
}

export class UsageBoard implements UsageSource {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, HostUsage>();
  /** The host that each pod was last measured on, by uid. */
  readonly #homes = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A report stands for its host whole: pods that it does not name are not measured any more. */
  take(host: string, { windowMs, node, pods }: UsageReport): void {
    this.#forget(host);
    const measured = { atMs: this.#clock.now(), windowMs };
    const usage = new Map(pods.map(({ uid, containers }) => [uid, { ...measured, containers }]));
    this.#hosts.set(host, { heardMs: this.#clock.steady(), node: { ...measured, ...node }, pods: usage });
    for (const uid of usage.keys()) this.#homes.set(uid, host);
  }

  pod(uid: string): PodUsage | undefined {
    return this.#lately(this.#homes.get(uid) ?? '')?.pods.get(uid);
  }

  node(name: string): NodeUsage | undefined {
    return this.#lately(name)?.node;
  }

  #lately(host: string): HostUsage | undefined {
    const known = this.#hosts.get(host);
    if (known === undefined || known.heardMs + keptMs >= this.#clock.steady()) return known;
    this.#forget(host);
    return undefined;
  }

  #forget(host: string): void {
    for (const uid of this.#hosts.get(host)?.pods.keys() ?? [])
      if (this.#homes.get(uid) === host) this.#homes.delete(uid);
    this.#hosts.delete(host);
  }
}
