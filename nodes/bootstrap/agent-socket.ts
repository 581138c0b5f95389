/** The few requests that the bootstrap makes of an agent: HTTP/2 over an SSH channel to its unix socket. */
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { createInterface } from 'node:readline';
import type { AgentInfo, DesiredUpdate, SnapshotReport } from '../../schemas/wire/messages.ts';
import { hostPaths } from '../../schemas/wire/messages.ts';
import type { SshSession } from './ssh-session.ts';

/** The agent answers these from memory. */
const answerDeadlineMs = 3000;

/** The agent's word about itself; undefined when nothing listens or what listens does not answer. */
export async function askInfo(session: SshSession): Promise<AgentInfo | undefined> {
  return withAgent(session, async (http) => JSON.parse(await request(http, 'GET', '/v1/info')) as AgentInfo);
}

/** Tells the agent that nothing is desired any more: it ends its pods in its own orderly way. */
export async function putNothing(session: SshSession, info: AgentInfo): Promise<void> {
  const update: DesiredUpdate = {
    epoch: info.epoch,
    generation: info.generation + 1,
    base: null,
    upserts: [],
    removes: [],
  };
  await withAgent(session, (http) => request(http, 'PUT', '/v1/desired', JSON.stringify(update)));
}

/** The pods that are on the host; undefined when the agent does not answer. */
export async function askPods(session: SshSession): Promise<readonly string[] | undefined> {
  return withAgent(session, async (http) => {
    const snapshot = JSON.parse(await request(http, 'GET', '/v1/reports')) as SnapshotReport;
    return snapshot.podUids;
  });
}

async function withAgent<Value>(
  session: SshSession,
  use: (http: ClientHttp2Session) => Promise<Value>,
): Promise<Value | undefined> {
  const socket = await session.openSocket(hostPaths.socket);
  if (socket === undefined) return undefined;
  const http = connect('http://berth-agent', { createConnection: () => socket });
  let broken: Error | undefined;
  http.on('error', (error: Error) => (broken = error));
  try {
    return await use(http);
  } catch (error) {
    if (error instanceof NoAnswer || broken !== undefined) return undefined;
    throw error;
  } finally {
    http.destroy();
    socket.destroy();
  }
}

/** The agent took the connection and then said nothing. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The first line of the answer: all of what these requests are about. Throws what the agent refused with. */
function request(http: ClientHttp2Session, method: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = http.request({
      [constants.HTTP2_HEADER_METHOD]: method,
      [constants.HTTP2_HEADER_PATH]: path,
    });
    const timer = setTimeout(() => reject(new NoAnswer(`${path}: no answer`)), answerDeadlineMs);
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    // The head and the first line come in either order: HTTP/2 tells of the head a tick later.
    let status: number | undefined;
    let line: string | undefined;
    const finish = (): void => {
      if (status === undefined || line === undefined) return;
      const answer = line;
      if (status >= 200 && status < 300) settle(() => resolve(answer));
      else settle(() => reject(new Error(`the agent answered ${path} with ${status}: ${answer}`)));
      stream.close(constants.NGHTTP2_CANCEL);
    };
    stream.once('response', (headers) => {
      status = headers[':status'] ?? 0;
      finish();
    });
    createInterface({ input: stream }).once('line', (first) => {
      line = first;
      finish();
    });
    stream.once('error', (error) => settle(() => reject(new NoAnswer(error.message))));
    stream.once('close', () => settle(() => reject(new NoAnswer(`${path}: the answer was cut off`))));
    stream.end(body);
  });
}
