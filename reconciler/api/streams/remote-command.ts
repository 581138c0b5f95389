/** exec and attach over a WebSocket: its channels on one side, the streams of a SPDY session on the other. */
import { text } from 'node:stream/consumers';
import type { WebSocket } from 'ws';
import type { SessionStreams } from '../../../schemas/wire/exec.ts';
import { SpdySession, type SpdyStream } from '../../../schemas/wire/spdy-session.ts';
import { statusOf } from '../status.ts';
import { channel, type ChannelProtocol, readMessage, writeMessage } from './channels.ts';
import type { HostStream } from './host-stream.ts';
import { sendMessage } from './websocket.ts';

/** The streams of a command in a container; those that were not asked for are absent. */
export interface CommandStreams {
  readonly session: SpdySession;
  /** Ends with the outcome, a metav1.Status. */
  readonly error: SpdyStream;
  readonly inputs: ReadonlyMap<number, SpdyStream>;
  readonly outputs: ReadonlyMap<number, SpdyStream>;
}

/** Opens the streams that the runtime waits for. Rejects where it takes them not. */
export async function openCommand(
  { stream }: HostStream,
  { stdin, stdout, stderr, tty }: SessionStreams,
): Promise<CommandStreams> {
  const session = new SpdySession(stream, 'client');
  const open = (streamtype: string): Promise<SpdyStream> => session.open({ streamtype });
  const inputs = new Map<number, SpdyStream>();
  const outputs = new Map<number, SpdyStream>();
  const error = await open('error');
  if (stdin) inputs.set(channel.stdin, await open('stdin'));
  if (stdout) outputs.set(channel.stdout, await open('stdout'));
  if (stderr) outputs.set(channel.stderr, await open('stderr'));
  if (tty) inputs.set(channel.resize, await open('resize'));
  return { session, error, inputs, outputs };
}

/** Serves the command over the WebSocket until it ended or the client left. */
export async function serveCommand(
  webSocket: WebSocket,
  protocol: ChannelProtocol,
  { session, error, inputs, outputs }: CommandStreams,
): Promise<void> {
  webSocket.on('message', (data: Buffer) => takeMessages(webSocket, data, protocol, inputs));
  webSocket.once('close', () => session.destroy());
  const send = (to: number, payload: Uint8Array): Promise<void> =>
    sendMessage(webSocket, writeMessage({ channel: to, payload }, protocol));
  try {
    // Older clients wait for a first message to know that the session is there.
    const [first = channel.error] = outputs.keys();
    if (!protocol.closes) await send(first, Buffer.alloc(0));
    const outcome = text(error.iterator({ destroyOnReturn: false }));
    const outcomeRead = outcome.then(
      (status) => status,
      (reason: unknown) => failure(reason),
    );
    const copied = await Promise.allSettled(
      [...outputs].map(async ([to, output]) => {
        const chunks = output.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
        for await (const chunk of chunks) await send(to, chunk);
      }),
    );
    const broken = copied.find((result) => result.status === 'rejected');
    const status = broken === undefined ? await outcomeRead : failure(broken.reason);
    const said = protocol.status ? status || success : failureMessage(status);
    if (said !== '') await send(channel.error, Buffer.from(said));
    webSocket.close(1000);
  } catch {
    // The client has gone: nobody is left to be told.
    webSocket.terminate();
  } finally {
    session.close();
  }
}

const success = JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });

/** The outcome where the host did not tell one. */
function failure(reason: unknown): string {
  const why = reason instanceof Error ? reason.message : String(reason);
  const message = `Internal error occurred: the session broke: ${why}`;
  return JSON.stringify(statusOf({ code: 500, reason: 'InternalError', message }));
}

/** What a failed outcome says; empty for a good one. */
function failureMessage(status: string): string {
  if (status === '') return '';
  const { status: word, message } = JSON.parse(status) as { status?: string; message?: string };
  return word === 'Success' ? '' : (message ?? '');
}

/** Hands a message to the stream of its channel; while that takes no more, the client is not read. */
export function takeMessages(
  webSocket: WebSocket,
  data: Buffer,
  protocol: ChannelProtocol,
  inputs: ReadonlyMap<number, SpdyStream>,
): void {
  const message = readMessage(data, protocol);
  if (message === undefined) return;
  if (protocol.closes && message.channel === channel.close) {
    const [closed] = message.payload;
    if (closed !== undefined) inputs.get(closed)?.end();
    return;
  }
  const input = inputs.get(message.channel);
  if (input === undefined || input.destroyed || input.writableEnded || message.payload.length === 0) return;
  if (input.write(message.payload)) return;
  // What the process does not take is not read from the client either.
  webSocket.pause();
  const resume = (): void => {
    input.off('drain', resume);
    input.off('close', resume);
    webSocket.resume();
  };
  input.once('drain', resume);
  input.once('close', resume);
}
