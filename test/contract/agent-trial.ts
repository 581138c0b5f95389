/**
 * A real agent process beside a private containerd, spoken to as the reconciler does. BERTH_TRIAL_AGENT names a
 * built executable to try instead of the sources; BERTH_TRIAL_LOG, when set, shows what the agent logs.
 */
import type { ChildProcess } from 'node:child_process';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Container, Pod, PodStatus } from '../../schemas/kubernetes/types/core-v1.ts';
import type {
  DesiredEntry,
  DesiredUpdate,
  EventReport,
  PodEntry,
  PodGoneReport,
  PodReport,
  Report,
} from '../../schemas/wire/messages.ts';
import { busyboxImage, PrivateContainerd, until } from './private-containerd.ts';

const agentMain = join(import.meta.dirname, '../../nodes/agent/main.ts');
const waitTimeoutMs = 30_000;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export class AgentTrial {
  readonly containerd: PrivateContainerd;
  readonly reports: Report[] = [];
  #agent: ChildProcess | undefined;
  #session: ClientHttp2Session | undefined;
  #watchers: (() => void)[] = [];
  #generation = 0;

  private constructor(containerd: PrivateContainerd) {
    this.containerd = containerd;
    const config = { nodeName: 'trial', runtime: { type: 'containerd', socket: containerd.socket } };
    writeFileSync(this.path('agent.json'), JSON.stringify(config));
  }

  static async start(): Promise<AgentTrial> {
    const trial = new AgentTrial(await PrivateContainerd.start());
    await trial.startAgent();
    return trial;
  }

  path(name: string): string {
    return join(this.containerd.folder, name);
  }

  async startAgent(): Promise<void> {
    const { folder, logRoot, cniFile } = this.containerd;
    const flags = { config: 'agent.json', socket: 'agent.sock', state: 'berth' };
    const paths = Object.entries(flags).flatMap(([flag, name]) => [`--${flag}`, join(folder, name)]);
    const log = process.env['BERTH_TRIAL_LOG'] === undefined ? 'ignore' : 'inherit';
    const built = process.env['BERTH_TRIAL_AGENT'];
    const program = built === undefined ? [process.execPath, agentMain] : [built];
    const command = [...program, ...paths, '--logs', logRoot, '--cni', cniFile];
    this.#agent = this.containerd.spawn(command, log);
    // A child that the killed agent was forking may hold its socket for a moment longer: only an answer counts.
    await until(async () => {
      await this.#connect();
      await this.request('GET', '/v1/info');
    });
    this.#follow();
  }

  /** `kill -9`, as from outside. */
  async killAgent(): Promise<void> {
    this.#session?.destroy();
    await this.containerd.kill(this.#agent);
  }

  /** Ends the agent as systemd does; gives its exit code. */
  async endAgent(): Promise<number | null> {
    await this.containerd.kill(this.#agent, 'SIGTERM');
    this.#session?.destroy();
    return this.#agent?.exitCode ?? null;
  }

  request(method: string, path: string, body?: string | Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = this.#session?.request({ ':method': method, ':path': path });
      if (stream === undefined) return reject(new Error('no session'));
      let status = 0;
      let text = '';
      stream.on('response', (headers) => (status = headers[':status'] ?? 0));
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      stream.on('end', () => resolve({ status, body: text }));
      stream.on('error', reject);
      stream.end(body);
    });
  }

  /** A request whose both directions stay open. */
  stream(method: string, path: string): ClientHttp2Stream {
    if (this.#session === undefined) throw new Error('no session');
    return this.#session.request({ ':method': method, ':path': path }, { endStream: false });
  }

  put(update: DesiredUpdate): Promise<Answer> {
    return this.request('PUT', '/v1/desired', JSON.stringify(update));
  }

  /** A delta on what was sent last; the first one is the whole state. */
  async apply(upserts: readonly DesiredEntry[], removes: readonly string[] = []): Promise<void> {
    const base = this.#generation === 0 ? null : this.#generation;
    this.#generation++;
    const answer = await this.put({ epoch: 1, generation: this.#generation, base, upserts, removes });
    if (answer.status !== 200) throw new Error(`PUT /v1/desired: ${String(answer.status)} ${answer.body}`);
  }

  /** The newest status of a pod that fulfils `test`, waited for. */
  async podStatus(uid: string, test: (status: PodStatus) => boolean): Promise<PodStatus> {
    const found = await this.report(
      (report): report is PodReport => report.type === 'pod' && report.uid === uid && test(report.status),
    );
    return found.status;
  }

  running(uid: string): Promise<PodStatus> {
    return this.podStatus(
      uid,
      (status) => status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    );
  }

  /** What a container wrote, once that fulfils `pattern`. */
  async log(uid: string, pattern: RegExp): Promise<string> {
    let body = '';
    await until(async () => {
      body = (await this.request('GET', `/v1/logs?uid=${uid}&container=main`)).body;
      assert.match(body, pattern);
    });
    return body;
  }

  gone(uid: string): Promise<PodGoneReport> {
    return this.report((report): report is PodGoneReport => report.type === 'pod-gone' && report.uid === uid);
  }

  event(uid: string, reason: string): Promise<EventReport> {
    return this.report(
      (report): report is EventReport =>
        report.type === 'event' && report.podUid === uid && report.reason === reason,
    );
  }

  /** The first report that fulfils `test`, old or new. */
  report<T extends Report>(test: (report: Report) => report is T): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no such report; got ${this.#summary()}`)),
        waitTimeoutMs,
      );
      const look = (): void => {
        const found = this.reports.find(test);
        if (found === undefined) return;
        clearTimeout(timer);
        this.#watchers = this.#watchers.filter((watcher) => watcher !== look);
        resolve(found);
      };
      this.#watchers.push(look);
      look();
    });
  }

  /** Reports told before do not count any more. */
  forgetReports(): void {
    this.reports.length = 0;
  }

  async stop(): Promise<void> {
    this.#session?.destroy();
    await this.containerd.kill(this.#agent);
    await this.containerd.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #summary(): string {
    return this.reports
      .filter(({ type }) => type !== 'node')
      .slice(-8)
      .map((report) => JSON.stringify(report))
      .join('\n');
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(this.path('agent.sock'));
      socket.once('error', reject);
      socket.once('connect', () => {
        this.#session = connect('http://agent', { createConnection: () => socket });
        // A killed agent ends the session; what waits for it fails by itself.
        this.#session.on('error', () => undefined);
        resolve();
      });
    });
  }

  #follow(): void {
    const stream = this.#session?.request({ ':method': 'GET', ':path': '/v1/reports' });
    let rest = '';
    stream?.on('error', () => undefined);
    stream?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.reports.push(JSON.parse(line) as Report);
      for (const watcher of [...this.#watchers]) watcher();
    });
  }
}

/** A pod of one busybox container. */
export function podEntry(
  uid: string,
  container: Partial<Container>,
  spec: Partial<Pod['spec'] & object> = {},
): PodEntry {
  const main: Container = {
    name: 'main',
    image: busyboxImage,
    imagePullPolicy: 'IfNotPresent',
    ...container,
  };
  return {
    key: `pod/${uid}`,
    type: 'pod',
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `name-${uid}`, namespace: 'default', uid, labels: { app: 'trial' } },
      spec: { nodeName: 'trial', terminationGracePeriodSeconds: 1, containers: [main], ...spec },
    },
  };
}

export function deleted(entry: PodEntry, gracePeriodSeconds: number): PodEntry {
  const metadata = {
    ...entry.pod.metadata,
    deletionTimestamp: '2026-01-01T00:00:00Z',
    deletionGracePeriodSeconds: gracePeriodSeconds,
  };
  return { ...entry, pod: { ...entry.pod, metadata } };
}

export const networkEntry: DesiredEntry = {
  key: 'network',
  type: 'network',
  nodeName: 'trial',
  nodeAddress: '10.98.0.1',
  podCidr: '10.97.0.0/24',
  clusterCidr: '10.97.0.0/16',
  serviceCidr: '10.96.0.0/16',
};

/** Prints from a script: a shell command line for a container. */
export function sh(script: string): Partial<Container> {
  return { command: ['sh', '-c', script] };
}
