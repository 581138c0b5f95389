/**
 * Port-forward over a WebSocket without SPDY in it, as clients in browsers and Python speak it: the ports stand in
 * the query; the port at index N has channel 2N for its data and 2N + 1 for its error, and each channel begins with
 * the port's number in two bytes, the low one first.
 */
import { text } from 'node:stream/consumers';
import type { WebSocket } from 'ws';
import { SpdySession, type SpdyStream } from '../../../schemas/wire/spdy-session.ts';
import { badRequest } from '../api-error.ts';
import { agreedProtocol, type ChannelProtocol, writeMessage } from './channels.ts';
import type { HostStream } from './host-stream.ts';
import { takeMessages } from './remote-command.ts';
import { sendMessage } from './websocket.ts';

/** Each port is two streams and two channels, whose numbers fit in a byte. */
const portsMax = 100;

/** The subprotocol, where the client offers one of these. */
export function forwardProtocolOf(offered: readonly string[]): ChannelProtocol | undefined {
  const known = offered.filter((name) => name.startsWith('v4.'));
  return known.length === 0 && offered.length > 0 ? undefined : agreedProtocol(known);
}

/** The ports of the query. Throws 400 where there are none, or what is none. */
export function forwardedPorts(query: URLSearchParams): readonly number[] {
  const words = query.getAll('ports').flatMap((value) => value.split(','));
  if (words.length === 0) throw badRequest('query parameter "ports" is required');
  if (words.length > portsMax) throw badRequest(`at most ${portsMax} ports can be forwarded at once`);
  return words.map((word) => {
    const port = Number(word);
    if (!/^\d{1,5}$/.test(word) || port < 1 || port > 65_535)
      throw badRequest(`unable to parse "${word}" as a port`);
    return port;
  });
}

export interface Forwarded {
  readonly port: number;
  readonly data: SpdyStream;
  readonly error: SpdyStream;
}

/** Opens a connection to each port. Rejects where the runtime takes the streams not. */
export async function openForwards(
  { stream }: HostStream,
  ports: readonly number[],
): Promise<{ readonly session: SpdySession; readonly forwards: readonly Forwarded[] }> {
  const session = new SpdySession(stream, 'client');
  const forwards: Forwarded[] = [];
  for (const [index, port] of ports.entries()) {
    const names = { port: String(port), requestid: String(index) };
    const error = await session.open({ streamtype: 'error', ...names });
    error.end();
    forwards.push({ port, error, data: await session.open({ streamtype: 'data', ...names }) });
  }
  return { session, forwards };
}

/** Serves the connections over the WebSocket until all have ended or the client left. */
export async function serveForwards(
  webSocket: WebSocket,
  protocol: ChannelProtocol,
  { session, forwards }: Awaited<ReturnType<typeof openForwards>>,
): Promise<void> {
  const inputs = new Map(forwards.map(({ data }, index) => [2 * index, data]));
  webSocket.on('message', (message: Buffer) => takeMessages(webSocket, message, protocol, inputs));
  webSocket.once('close', () => session.destroy());
  const send = (channel: number, payload: Uint8Array): Promise<void> =>
    sendMessage(webSocket, writeMessage({ channel, payload }, protocol));
  try {
    await Promise.all(
      forwards.map(async ({ port, data, error }, index) => {
        const number = Buffer.from([port & 0xff, port >>> 8]);
        await send(2 * index, number);
        await send(2 * index + 1, number);
        const problem = text(error.iterator({ destroyOnReturn: false })).catch((why: unknown) => String(why));
        const chunks = data.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
        for await (const chunk of chunks) await send(2 * index, chunk);
        const said = await problem;
        if (said !== '') await send(2 * index + 1, Buffer.from(said));
      }),
    );
    webSocket.close(1000);
  } catch {
    // The client has gone, or the link broke: the connection's end is all that can be told.
    webSocket.terminate();
  } finally {
    session.close();
  }
}
