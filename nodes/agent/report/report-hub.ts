/** What is known to readers of reports: levels (the last one counts) and events (each one once). */
import type { PodStatus } from '../../../schemas/kubernetes/types/core-v1.ts';
import type {
  AgentInfo,
  EventReport,
  NodeReport,
  PodGoneReport,
  PodReport,
  Report,
  UsageReport,
  VolumeRemovedReport,
} from '../../../schemas/wire/messages.ts';
import type { PodRef } from '../core/pod-state.ts';
import type { Reports } from '../core/ports.ts';

/** Events kept for the next reader while there is none; older ones are dropped. */
const eventsKeptMax = 1000;
/** A reader that is so far behind begins anew with a snapshot: that is never more than what is known. */
const pendingMax = 10_000;

/** One reader's queue. Levels are kept by key, so that a slow reader gets the newest and skips what it missed. */
export interface ReportReader {
  /** Takes everything that waits, in order. */
  take(): readonly Report[];
  close(): void;
}

interface Reader {
  readonly levels: Map<string, Report>;
  events: EventReport[];
  readonly wake: () => void;
}

export class ReportHub implements Reports {
  readonly #info: () => AgentInfo;
  readonly #podUids: () => readonly string[];
  readonly #pods = new Map<string, PodReport | PodGoneReport>();
  readonly #volumes = new Map<string, VolumeRemovedReport>();
  readonly #readers = new Set<Reader>();
  #node: Report | undefined;
  #applied: Report | undefined;
  #unread: EventReport[] = [];

  /** `podUids` names the pods that may be on the host though nothing was told of them yet. */
  constructor(info: () => AgentInfo, podUids: () => readonly string[]) {
    this.#info = info;
    this.#podUids = podUids;
  }

  pod(ref: PodRef, status: PodStatus): void {
    const report: PodReport = { type: 'pod', ...ref, status };
    this.#pods.set(ref.uid, report);
    this.#level(`pod/${ref.uid}`, report);
  }

  podGone(ref: PodRef, status: PodStatus): void {
    const report: PodGoneReport = { type: 'pod-gone', ...ref, status };
    this.#pods.set(ref.uid, report);
    this.#level(`pod/${ref.uid}`, report);
  }

  forget(uid: string): void {
    this.#pods.delete(uid);
  }

  event(event: Omit<EventReport, 'type'>): void {
    const report: EventReport = { type: 'event', ...event };
    if (this.#readers.size === 0) {
      this.#unread.push(report);
      if (this.#unread.length > eventsKeptMax) this.#unread.shift();
    }
    for (const reader of this.#readers) {
      reader.events.push(report);
      this.#wake(reader);
    }
  }

  applied(epoch: number, generation: number): void {
    this.#applied = { type: 'applied', epoch, generation };
    this.#level('applied', this.#applied);
  }

  volumeRemoved(name: string): void {
    const report: VolumeRemovedReport = { type: 'volume-removed', name };
    this.#volumes.set(name, report);
    this.#level(`volume/${name}`, report);
  }

  forgetVolume(name: string): void {
    this.#volumes.delete(name);
  }

  /** Whoever reads now gets it; it is too old for whoever comes later. */
  usage(report: Omit<UsageReport, 'type'>): void {
    this.#level('usage', { type: 'usage', ...report });
  }

  node(report: Omit<NodeReport, 'type'>): void {
    this.#node = { type: 'node', ...report };
    this.#level('node', this.#node);
  }

  /** `wake` is called whenever something waits. */
  open(wake: () => void): ReportReader {
    const reader: Reader = { levels: new Map(), events: this.#unread, wake };
    this.#unread = [];
    this.#snapshot(reader);
    this.#readers.add(reader);
    return {
      take: () => {
        const reports = [...reader.levels.values(), ...reader.events];
        reader.levels.clear();
        reader.events = [];
        return reports;
      },
      close: () => this.#readers.delete(reader),
    };
  }

  #snapshot(reader: Reader): void {
    reader.levels.clear();
    const podUids = [...new Set([...this.#pods.keys(), ...this.#podUids()])].sort();
    reader.levels.set('snapshot', { type: 'snapshot', info: this.#info(), podUids });
    if (this.#node !== undefined) reader.levels.set('node', this.#node);
    for (const [uid, report] of this.#pods) reader.levels.set(`pod/${uid}`, report);
    for (const [name, report] of this.#volumes) reader.levels.set(`volume/${name}`, report);
    if (this.#applied !== undefined) reader.levels.set('applied', this.#applied);
  }

  #level(key: string, report: Report): void {
    for (const reader of this.#readers) {
      // The newest is also the last: a pod's end must not overtake what came before it.
      reader.levels.delete(key);
      reader.levels.set(key, report);
      this.#wake(reader);
    }
  }

  #wake(reader: Reader): void {
    if (reader.events.length > eventsKeptMax) reader.events.splice(0, reader.events.length - eventsKeptMax);
    if (reader.levels.size > pendingMax) this.#snapshot(reader);
    reader.wake();
  }
}
