/** Requests as bytes, sent as they are over TLS: also those that no client library would let out. */
import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

export interface RawRequest {
  /** GET unless given. */
  readonly method?: string;
  /** As it stands in the request line. */
  readonly path: string;
  /** Lines of headers besides Host and Connection; a body brings its Content-Length unless one is given. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  /** The client ends its side of the connection after what it sent, as one that died. */
  readonly breaksOff?: boolean;
}

export interface RawAnswer {
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
}

/** Long enough for a loaded machine; a request without an answer fails by its name instead of hanging. */
const answerTimeoutMs = 30_000;

/** Sends one request on a connection of its own, and reads until the server closes it. Code 0 where nothing came. */
export async function rawRequest(target: ConnectionOptions, request: RawRequest): Promise<RawAnswer> {
  const options = { ...target, ALPNProtocols: ['http/1.1'], allowHalfOpen: true };
  const socket = connect(options);
  try {
    await once(socket, 'secureConnect');
    return await exchanged(socket, bytesOf(request), request.breaksOff === true);
  } finally {
    socket.destroy();
  }
}

function bytesOf({ method = 'GET', path, headers = [], body = '' }: RawRequest): Buffer {
  const bytes = Buffer.from(body);
  const framed = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line));
  const length = framed || bytes.length === 0 ? [] : [`Content-Length: ${String(bytes.length)}`];
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: berth', 'Connection: close', ...length, ...headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

async function exchanged(socket: TLSSocket, bytes: Buffer, breaksOff: boolean): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A server that has heard enough may break the connection; what it said before is the answer.
  socket.on('error', () => undefined);
  socket.setTimeout(answerTimeoutMs, () => socket.destroy());
  if (breaksOff) socket.end(bytes);
  else socket.write(bytes);
  await new Promise<void>((resolve) => {
    socket.once('end', resolve);
    socket.once('close', () => resolve());
  });
  return parsed(Buffer.concat(chunks).toString());
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const code = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? '0');
  const contentType = /^content-type: *([^;\r\n]*)/im.exec(head)?.[1] ?? '';
  return { code, contentType, body: end < 0 ? '' : text.slice(end + 4) };
}
