/**
 * An agent without a host: it keeps the rules of schemas/wire/messages.ts about epochs, generations, bases,
 * snapshots and digests, and runs nothing. Tests speak to it in memory or through the server in test/contract.
 */
import type { SessionAsk } from '../../schemas/wire/exec.ts';
import { createHash } from 'node:crypto';
import {
  wireProtocol,
  type AgentInfo,
  type DesiredAccepted,
  type DesiredEntry,
  type DesiredRefused,
  type DesiredUpdate,
  type ImageReport,
  type ProblemMessage,
  type Report,
} from '../../schemas/wire/messages.ts';

export type DesiredOutcome =
  | { readonly ok: true; readonly accepted: DesiredAccepted }
  | { readonly ok: false; readonly refused: DesiredRefused };

export type ImportOutcome =
  | { readonly ok: true; readonly images: readonly ImageReport[] }
  | { readonly ok: false; readonly problem: ProblemMessage };

export class MemoryAgent {
  /** Every update that arrived, refused ones included. */
  readonly updates: DesiredUpdate[] = [];
  readonly entries = new Map<string, DesiredEntry>();
  readonly images: ImageReport[] = [];
  /** Text by `UID/CONTAINER`. */
  readonly logs = new Map<string, AsyncIterable<Uint8Array> | Uint8Array>();
  /** What serves sessions: gives what comes back for what goes in. Without it every session is refused. */
  session: ((ask: SessionAsk, input: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) | undefined;
  /** What the agent has to report of pods, by uid: told again on each new stream. */
  readonly pods = new Map<string, Report>();
  epoch = 0;
  generation = 0;
  executableDigest: string;
  protocol = wireProtocol;
  #starts = 1;
  readonly #subscribers = new Set<(report: Report) => void>();
  readonly #arrivals = new Set<() => void>();
  #held: (() => void)[] | undefined;

  constructor(executableDigest = 'a'.repeat(64)) {
    this.executableDigest = executableDigest;
  }

  get info(): AgentInfo {
    return {
      protocol: this.protocol,
      agentVersion: '0.0.0-test',
      executableDigest: this.executableDigest,
      instance: `start-${this.#starts}`,
      bootId: 'boot-1',
      epoch: this.epoch,
      generation: this.generation,
    };
  }

  /** As after a restart: what is on disk stays, streams are gone. */
  restart(): void {
    this.#starts += 1;
    this.#subscribers.clear();
  }

  put(update: DesiredUpdate): DesiredOutcome {
    this.updates.push(update);
    const refusal = this.#refusal(update);
    if (refusal === undefined) this.#take(update);
    for (const arrived of this.#arrivals) arrived();
    if (refusal !== undefined) return { ok: false, refused: refusal };
    return { ok: true, accepted: { epoch: update.epoch, generation: update.generation } };
  }

  #refusal({ epoch, generation, base }: DesiredUpdate): DesiredRefused | undefined {
    const held = { epoch: this.epoch, generation: this.generation };
    if (epoch < this.epoch) return { reason: 'StaleEpoch', message: `epoch ${this.epoch} is held`, ...held };
    if (epoch === this.epoch && generation <= this.generation)
      return { reason: 'StaleGeneration', message: `generation ${this.generation} is held`, ...held };
    if (base !== null && (epoch !== this.epoch || base !== this.generation))
      return { reason: 'UnknownBase', message: `generation ${this.generation} is held`, ...held };
    return undefined;
  }

  #take({ epoch, generation, base, upserts, removes }: DesiredUpdate): void {
    if (base === null) this.entries.clear();
    for (const key of removes) this.entries.delete(key);
    for (const entry of upserts) this.entries.set(entry.key, entry);
    this.epoch = epoch;
    this.generation = generation;
    this.report({ type: 'applied', epoch, generation });
  }

  /** Resolves as soon as the condition holds, asked after every update that arrives. */
  async until(condition: (agent: MemoryAgent) => boolean): Promise<void> {
    if (condition(this)) return;
    await new Promise<void>((resolve) => {
      const arrived = (): void => {
        if (!condition(this)) return;
        this.#arrivals.delete(arrived);
        resolve();
      };
      this.#arrivals.add(arrived);
    });
  }

  /** Answers to updates wait until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const answer of held) answer();
  }

  /** When the answer to an update may leave. */
  async mayAnswer(): Promise<void> {
    const held = this.#held;
    if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
  }

  /** Sends a report to whoever listens. */
  report(report: Report): void {
    if (report.type === 'pod') this.pods.set(report.uid, report);
    if (report.type === 'pod-gone') this.pods.delete(report.uid);
    for (const hear of this.#subscribers) hear(report);
  }

  /** First everything known, then changes; the returned function ends it. */
  subscribe(hear: (report: Report) => void): () => void {
    hear({ type: 'snapshot', info: this.info, podUids: [...this.pods.keys()] });
    for (const pod of this.pods.values()) hear(pod);
    this.#subscribers.add(hear);
    return () => this.#subscribers.delete(hear);
  }

  async importImage(digest: string, archive: AsyncIterable<Uint8Array>): Promise<ImportOutcome> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of archive) {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
    }
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest)
      return {
        ok: false,
        problem: { reason: 'DigestMismatch', message: `the archive is ${actual}, not ${digest}` },
      };
    const image: ImageReport = { id: digest, names: [], sizeBytes };
    this.images.push(image);
    return { ok: true, images: [image] };
  }
}
