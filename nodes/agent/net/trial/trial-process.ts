/**
 * A process within a network namespace of the trial: as a host it applies networks, as a pod it serves and asks.
 * It is told what to do by JSON lines on its standard input and answers each by one line, in order.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { NetworkEntry, NetworkPeer, ServiceEntry } from '../../../../schemas/wire/messages.ts';
import type { HostPort } from '../../core/host-port.ts';
import type { Network, NetworkStatus } from '../../core/ports.ts';
import { createNetwork } from '../network.ts';

export interface TrialDesired {
  readonly network?: NetworkEntry;
  readonly peers: readonly NetworkPeer[];
  readonly services: readonly ServiceEntry[];
  readonly hostPorts: readonly HostPort[];
}

export interface Ask {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

/** `NAME SOURCE-ADDRESS` of who answered, or the error's code. */
export type Answer = string;

export interface TrialOperations {
  /** The host's network; the CNI file goes to `cniConfigPath`. */
  apply(request: {
    readonly cniConfigPath: string;
    readonly desired: TrialDesired;
    readonly changedKeys?: readonly string[];
  }): Promise<{ readonly error?: string; readonly status: NetworkStatus; readonly log: readonly string[] }>;
  /** Answers `NAME SOURCE-ADDRESS` on a port, of TCP and UDP, and after that repeats what TCP clients send. */
  serve(request: { readonly name: string; readonly port: number }): Promise<null>;
  ask(request: Ask & { readonly times: number }): Promise<readonly Answer[]>;
  /** Opens a TCP connection that stays. */
  hold(request: Ask): Promise<Answer>;
  /** Sends over the held connection; what comes back. */
  repeat(request: { readonly text: string }): Promise<string>;
  /** Sends from one UDP port of its own, so that the kernel sees one flow. */
  sameFlow(request: Ask & { readonly sourcePort: number }): Promise<Answer>;
  /** Connects again and again until `stopLoop`. */
  startLoop(request: Ask): Promise<null>;
  stopLoop(request: object): Promise<{ readonly answered: number; readonly failures: readonly Answer[] }>;
}

const answerTimeoutMs = 2_000;

class TrialProcess implements TrialOperations {
  readonly #log: string[] = [];
  #network: Network | undefined;
  #held: Socket | undefined;
  #loop: { stop: boolean; readonly ended: Promise<{ answered: number; failures: Answer[] }> } | undefined;

  async apply({ cniConfigPath, desired, changedKeys }: Parameters<TrialOperations['apply']>[0]) {
    const log = (message: string, fields?: object): number =>
      this.#log.push(`${message} ${JSON.stringify(fields)}`);
    const logger = { debug: log, info: log, warn: log, error: log };
    this.#network ??= createNetwork({ logger, cniConfigPath });
    const services = new Map(desired.services.map((entry) => [entry.key, entry]));
    const changed = changedKeys === undefined ? undefined : new Set(changedKeys);
    let error: string | undefined;
    try {
      await this.#network.apply({ ...desired, services }, changed);
    } catch (failure) {
      error = String(failure);
    }
    const answer = { status: this.#network.status(), log: this.#log.splice(0) };
    return error === undefined ? answer : { ...answer, error };
  }

  async serve({ name, port }: { readonly name: string; readonly port: number }): Promise<null> {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.write(`${name} ${socket.remoteAddress}\n`);
      socket.pipe(socket);
    });
    const datagrams = createSocket('udp4');
    datagrams.on('message', (_, from) => datagrams.send(`${name} ${from.address}`, from.port, from.address));
    datagrams.bind(port);
    server.listen({ port, host: '0.0.0.0', backlog: 1024 });
    await Promise.all([once(server, 'listening'), once(datagrams, 'listening')]);
    return null;
  }

  async ask({ times, ...ask }: Ask & { readonly times: number }): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    for (let time = 0; time < times; time += 1) answers.push(await askOnce(ask));
    return answers;
  }

  async hold({ address, port }: Ask): Promise<Answer> {
    this.#held = connect({ host: address, port });
    return await firstData(this.#held);
  }

  async repeat({ text }: { readonly text: string }): Promise<string> {
    if (this.#held === undefined) return 'nothing is held';
    this.#held.write(text);
    return await firstData(this.#held);
  }

  async sameFlow({ address, port, sourcePort }: Ask & { readonly sourcePort: number }): Promise<Answer> {
    return await askDatagram({ address, port, sourcePort });
  }

  async startLoop(ask: Ask): Promise<null> {
    const loop = { stop: false };
    const run = async (): Promise<{ answered: number; failures: Answer[] }> => {
      const tally = { answered: 0, failures: [] as Answer[] };
      while (!loop.stop) {
        const answer = await askOnce(ask);
        if (answer.includes(' ')) tally.answered += 1;
        else tally.failures.push(answer);
      }
      return tally;
    };
    this.#loop = Object.assign(loop, { ended: run() });
    return null;
  }

  async stopLoop() {
    if (this.#loop === undefined) throw new Error('no loop was started');
    this.#loop.stop = true;
    return await this.#loop.ended;
  }
}

async function askOnce({ protocol, address, port }: Ask): Promise<Answer> {
  if (protocol === 'udp') return await askDatagram({ address, port });
  const socket = connect({ host: address, port });
  const answer = await firstData(socket);
  // Closing by reset leaves no connection waiting: thousands are opened in a row.
  socket.resetAndDestroy();
  return answer;
}

function firstData(socket: Socket): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('TIMEOUT'), answerTimeoutMs);
    const done = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    socket.once('data', (data) => done(data.toString().trim()));
    socket.once('error', (error) => done(codeOf(error)));
    socket.once('close', () => done('CLOSED'));
  });
}

function askDatagram(ask: { address: string; port: number; sourcePort?: number }): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => done('TIMEOUT'), answerTimeoutMs);
    const done = (answer: Answer): void => {
      clearTimeout(timer);
      socket.close(() => resolve(answer));
    };
    socket.once('message', (data) => done(data.toString()));
    socket.once('error', (error) => done(codeOf(error)));
    socket.bind(ask.sourcePort ?? 0, () => socket.connect(ask.port, ask.address, () => socket.send('?')));
  });
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}

/** Runs until its standard input ends. */
export async function serveTrial(): Promise<void> {
  const operations: TrialOperations = new TrialProcess();
  for await (const line of createInterface({ input: process.stdin })) {
    const { operation, request } = JSON.parse(line) as { operation: keyof TrialOperations; request: never };
    const result = await operations[operation](request);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
  process.exit(0);
}
