/**
 * What the API asks of hosts, with one in memory whose pods can be spoken to: it serves SPDY/3.1 as a container
 * runtime does. Host `lost` is not connected.
 */
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { BerthBackend } from '../../reconciler/api/berth-routes.ts';
import { LinkError } from '../../reconciler/core/ports.ts';
import type { SessionAsk } from '../../schemas/wire/exec.ts';
import { SpdySession, type SpdyStream } from '../../schemas/wire/spdy-session.ts';

type Serve = (
  streams: ReadonlyMap<string, SpdyStream>,
  args: readonly string[],
) => Promise<{ readonly exitCode: number }>;

/** The programs of every container. */
const programs: Readonly<Record<string, Serve>> = {
  cat: async (streams) => {
    const stdin = streams.get('stdin');
    if (stdin !== undefined) await copied(stdin, streams.get('stdout'));
    return { exitCode: 0 };
  },
  echo: async (streams, args) => {
    streams.get('stdout')?.write(args.join(' '));
    return { exitCode: 0 };
  },
  exit: async (_streams, [code]) => ({ exitCode: Number(code) }),
};

async function copied(from: SpdyStream, to: SpdyStream | undefined): Promise<void> {
  for await (const chunk of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
    to?.write(chunk);
}

function wanted(ask: SessionAsk): readonly string[] {
  if (ask.type !== 'exec' && ask.type !== 'attach') return [];
  const { stdin, stdout, stderr, tty } = ask;
  const asked = { error: true, stdin, stdout, stderr, resize: tty };
  return Object.entries(asked).flatMap(([name, is]) => (is ? [name] : []));
}

async function serveCommand(
  ask: SessionAsk,
  streams: ReadonlyMap<string, SpdyStream>,
  session: SpdySession,
): Promise<void> {
  let exitCode = 0;
  if (ask.type === 'exec') {
    const [program = '', ...args] = ask.command;
    if (program === 'break') return session.destroy();
    exitCode = (await programs[program]?.(streams, args))?.exitCode ?? 127;
  } else if (ask.type === 'attach') {
    streams.get('stdout')?.write(`attached to ${ask.container}, tty ${String(ask.tty)}`);
    await programs['cat']?.(streams, []);
  }
  const message = `command terminated with exit code ${exitCode}`;
  const details = { causes: [{ reason: 'ExitCode', message: String(exitCode) }] };
  const failure = { status: 'Failure', reason: 'NonZeroExitCode', message, details };
  streams.get('error')?.end(JSON.stringify(exitCode === 0 ? { status: 'Success' } : failure));
  for (const stream of streams.values()) stream.end();
  await Promise.all([...streams.values()].map((stream) => finished(stream, { readable: false })));
  session.close();
}

/** Echoes the first that it got. */
async function serveForward(streams: ReadonlyMap<string, SpdyStream>): Promise<void> {
  const data = streams.get('data');
  if (data === undefined) return;
  const [said] = (await once(data, 'data')) as [Buffer];
  data.end(`port ${data.headers['port'] ?? ''} got ${said.toString()}`);
  streams.get('error')?.end();
}

function serve(ask: SessionAsk, socket: ReturnType<typeof duplexPair>[0]): void {
  const streams = new Map<string, SpdyStream>();
  const names = wanted(ask);
  const session: SpdySession = new SpdySession(socket, 'server', (stream) => {
    streams.set(stream.headers['streamtype'] ?? '', stream);
    if (ask.type === 'portforward') {
      if (streams.size < 2) return;
      serveForward(new Map(streams)).catch(() => session.destroy());
      streams.clear();
    } else if (names.every((name) => streams.has(name)))
      serveCommand(ask, streams, session).catch(() => session.destroy());
  });
}

async function* bytesOf(socket: AsyncIterable<Uint8Array>, breaks: boolean): AsyncGenerator<Uint8Array> {
  yield* socket;
  if (breaks) throw new LinkError('AgentLost', 'the agent is gone');
}

const unasked = (): never => {
  throw new LinkError('NotSimulated', 'this host has pods to speak to, and nothing else');
};

export function streamingHost(): BerthBackend {
  return {
    plan: unasked,
    scan: unasked,
    images: unasked,
    importImage: unasked,
    logs: async (_host, { container }) =>
      (async function* () {
        yield Buffer.from(`${container}: first\n`);
        yield Buffer.from('second\n');
      })(),
    session: async (host, ask, input) => {
      if (host === 'lost') throw new LinkError('NotConnected', 'host lost is not connected');
      const [near, far] = duplexPair();
      serve(ask, near);
      void (async () => {
        for await (const chunk of input) if (!far.destroyed) far.write(chunk);
        far.end();
      })().catch(() => far.destroy());
      const breaks = ask.type === 'exec' && ask.command[0] === 'break';
      const output = far.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
      return {
        protocol: 'protocols' in ask ? (ask.protocols.at(-1) ?? '') : '',
        output: bytesOf(output, breaks),
      };
    },
  };
}
