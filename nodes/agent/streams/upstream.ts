/** The far end of a session: the runtime's streaming server, or a TCP port. The agent connects, nothing listens. */
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { sessionProtocolHeader } from '../../../schemas/wire/exec.ts';
import { SessionProblem } from '../core/problems.ts';

/** For a connection on this host or to a pod of it, and for an answer of the runtime. */
const connectTimeoutMs = 10_000;
/** A session on which nothing moves ends; as long as the kubelet and containerd wait. */
const idleTimeoutMs = 4 * 3_600_000;
/** A refusal is told in a line. */
const refusalBytesMax = 4096;

export interface Upstream {
  readonly socket: Socket;
  /** What was agreed upon; empty for plain TCP. */
  readonly protocol: string;
  /** Bytes that came with the answer and belong to the session. */
  readonly head: Buffer;
}

/** Upgrades a connection to the streaming server's URL to SPDY/3.1. Rejects with a SessionProblem. */
export function upgraded(url: string, protocols: readonly string[]): Promise<Upstream> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent: false,
      timeout: connectTimeoutMs,
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', [sessionProtocolHeader]: [...protocols] },
    });
    outgoing.once('upgrade', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.removeAllListeners('timeout');
      const agreed = answer.headers[sessionProtocolHeader];
      resolve({ socket: bounded(socket), protocol: String(agreed ?? ''), head });
    });
    outgoing.once('response', (answer) => {
      void refusalOf(answer).then((text) => {
        outgoing.destroy();
        const message = text === '' ? `the runtime answered with ${answer.statusCode ?? 0}` : text;
        reject(new SessionProblem(502, 'RuntimeRefused', message));
      });
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.once('error', (error) => {
      reject(
        new SessionProblem(502, 'RuntimeUnreachable', `the runtime's streaming server: ${error.message}`),
      );
    });
    outgoing.end();
  });
}

/** Connects to a port as this host sees it. Rejects with a SessionProblem. */
export function dialled(host: string, port: number): Promise<Upstream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const onTimeout = (): void => void socket.destroy(new Error('no answer in time'));
    socket.setTimeout(connectTimeoutMs, onTimeout);
    const onError = (error: Error): void =>
      reject(new SessionProblem(502, 'ConnectFailed', `connect to ${host}:${port}: ${error.message}`));
    socket.once('error', onError);
    socket.once('connect', () => {
      socket.off('error', onError);
      socket.off('timeout', onTimeout);
      resolve({ socket: bounded(socket), protocol: '', head: Buffer.alloc(0) });
    });
  });
}

function bounded(socket: Socket): Socket {
  socket.setNoDelay(true);
  return socket.setTimeout(idleTimeoutMs, () => socket.destroy(new Error('nothing moved for too long')));
}

async function refusalOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8');
      if (text.length > refusalBytesMax) break;
    }
  } catch {
    // What came so far has to do.
  }
  return text.slice(0, refusalBytesMax).trim();
}
