/**
 * What hosts report, into the store. Statuses are levels: the last word about a pod or node counts, and what
 * came while a commit was under way goes into the next one together.
 */
import type {
  PersistentVolume,
  Pod,
  PodCondition,
  PodStatus,
} from '../../schemas/kubernetes/types/core-v1.ts';
import type { EventReport, NodeReport, Report } from '../../schemas/wire/messages.ts';
import { withoutLocalPathFinalizer } from '../core/controllers/volume/volume-plan.ts';
import { removedVolumeEntry } from '../core/desired/volume-entries.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { sameJson } from '../core/model/json.ts';
import type { Change, EventRecord } from '../core/model/plan.ts';
import type { Clock, Logger } from '../core/ports.ts';
import type { EventRecorder } from './event-recorder.ts';
import { nodeChanges } from './node-status.ts';
import type { UsageBoard } from './usage-board.ts';

/** Pod statuses that go into one commit at most; the rest follow in the next. */
const perCommit = 256;
/** A report whose commit lost a race this often is dropped; the host repeats it with the next change. */
const attemptsMax = 20;
/** Codes of a store that is away, busy or full: a host tells a status once, so it is kept until the store takes it. */
const passing: ReadonlySet<number> = new Set([429, 503, 504, 507]);
const storeAgainMs = 500;

interface PodNews {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly status: PodStatus;
  readonly gone: boolean;
}

interface ReportPorts {
  readonly cluster: ClusterAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventRecorder;
  /** Where usage goes; left out where nobody asks for it. */
  readonly usage?: Pick<UsageBoard, 'take'>;
  readonly failed: (error: unknown) => void;
}

export class ReportLoop {
  readonly #ports: ReportPorts;
  readonly #pods = new Map<string, PodNews>();
  readonly #nodes = new Map<string, NodeReport>();
  readonly #removed = new Map<string, { readonly host: string; readonly name: string }>();
  #busy = false;

  constructor(ports: ReportPorts) {
    this.#ports = ports;
  }

  /** Takes in one report; must not throw. */
  take(host: string, report: Report): void {
    switch (report.type) {
      case 'pod':
      case 'pod-gone':
        this.#pods.set(report.uid, { ...report, gone: report.type === 'pod-gone' });
        break;
      case 'node':
        this.#nodes.set(host, report);
        break;
      case 'volume-removed':
        this.#removed.set(`${host} ${report.name}`, { host, name: report.name });
        break;
      case 'event':
        this.#ports.events.record([eventOf(host, report)]);
        return;
      case 'usage':
        this.#ports.usage?.take(host, report);
        return;
      case 'snapshot':
      case 'applied':
        return;
      default:
        report satisfies never;
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#busy || this.#pods.size + this.#nodes.size + this.#removed.size === 0) return;
    this.#busy = true;
    // After this tick: reports that arrived in one read go into one commit.
    queueMicrotask(() => {
      this.#flush().then(
        () => {
          this.#busy = false;
          this.#schedule();
        },
        (error: unknown) => this.#ports.failed(error),
      );
    });
  }

  async #flush(): Promise<void> {
    const pods = [...this.#pods.values()].slice(0, perCommit);
    for (const news of pods) this.#pods.delete(news.uid);
    const nodes = [...this.#nodes];
    this.#nodes.clear();
    const removed = [...this.#removed.values()];
    this.#removed.clear();
    await this.#commit(pods.map((news) => () => this.#lastWord(news)));
    const { cluster, clock } = this.#ports;
    await this.#commit([
      ...pods.map((news) => () => this.#podChange(news)),
      ...nodes.map(
        ([host, report]) =>
          () =>
            nodeChanges(cluster.view, host, report, clock.now()),
      ),
      ...removed.map(
        ({ host, name }) =>
          () =>
            this.#volumeChange(host, name),
      ),
    ]);
  }

  /** All of it in one commit; each part on its own where one of them is refused, which must not hold up the others. */
  async #commit(parts: readonly (() => Change[])[]): Promise<void> {
    const { cluster, logger } = this.#ports;
    for (let attempt = 1; attempt <= attemptsMax; ) {
      const changes = parts.flatMap((part) => part());
      if (changes.length === 0) return;
      const result = await cluster.submit(changes);
      if (result.ok) return;
      const { code, message } = result.problem;
      if (code === 409) attempt += 1;
      else if (passing.has(code)) {
        logger.warn('reported statuses wait for the store', { problem: message });
        await this.#pause();
      } else if (parts.length > 1) {
        for (const part of parts) await this.#commit([part]);
        return;
      } else {
        logger.error('a reported status was refused', { problem: message });
        return;
      }
    }
    logger.error('reported statuses lost every race and wait for the next report', { attempts: attemptsMax });
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => this.#ports.clock.after(storeAgainMs, resolve));
  }

  /** A pod that is gone from its host stays for whoever holds it by a finalizer, and wants to know how it ended. */
  #lastWord(news: PodNews): Change[] {
    const pod = news.gone ? this.#podOf(news) : undefined;
    const isHeld = (pod?.metadata.finalizers ?? []).length > 0;
    return pod !== undefined && isHeld ? statusChange(pod, news.status) : [];
  }

  #podOf(news: PodNews): Pod | undefined {
    const pod = this.#ports.cluster.view.get<Pod>('v1', 'Pod', news.namespace, news.name);
    return pod?.metadata.uid === news.uid ? pod : undefined;
  }

  #podChange(news: PodNews): Change[] {
    const pod = this.#podOf(news);
    if (pod === undefined) return [];
    if (news.gone && pod.metadata.deletionTimestamp !== undefined) {
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace: news.namespace, name: news.name };
      return [{ type: 'delete', ref, uid: news.uid, gracePeriodSeconds: 0 }];
    }
    return statusChange(pod, news.status);
  }

  /** A host speaks for its own folders alone. */
  #volumeChange(host: string, name: string): Change[] {
    const { view } = this.#ports.cluster;
    const volume = view.get<PersistentVolume>('v1', 'PersistentVolume', '', name);
    if (volume === undefined || removedVolumeEntry(view, host, name) === undefined) return [];
    return [{ type: 'update', scope: 'spec', object: withoutLocalPathFinalizer(volume) }];
  }
}

function statusChange(pod: Pod, reported: PodStatus): Change[] {
  const status = mergeStatus(pod.status, reported);
  return sameJson(status, pod.status)
    ? []
    : [{ type: 'update', scope: 'status', object: { ...pod, status } as Pod }];
}

/** Conditions that the host does not know (PodScheduled, readiness gates, disruption) stay as they are. */
function mergeStatus(stored: PodStatus | undefined, reported: PodStatus): PodStatus {
  const told = reported.conditions ?? [];
  const kept = (stored?.conditions ?? []).filter(
    (condition) => !told.some((other) => other.type === condition.type),
  );
  const conditions: readonly PodCondition[] = [...kept, ...told].sort((a, b) => (a.type < b.type ? -1 : 1));
  return {
    ...reported,
    ...(stored?.qosClass === undefined ? {} : { qosClass: stored.qosClass }),
    conditions,
  };
}

function eventOf(_host: string, report: EventReport): EventRecord {
  return {
    about: { apiVersion: 'v1', kind: 'Pod', namespace: report.namespace, name: report.podName },
    aboutUid: report.podUid,
    type: report.severity,
    reason: report.reason,
    message: report.message,
    source: 'kubelet',
    ...(report.fieldPath === undefined ? {} : { fieldPath: report.fieldPath }),
  };
}
