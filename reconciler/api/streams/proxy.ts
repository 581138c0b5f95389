/** `pods/proxy`, `services/proxy` and `nodes/proxy`: HTTP to an address of the cluster, through the host's link. */
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect as connectTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { ApiError } from '../api-error.ts';
import { type HostStream, join, openHostStream } from './host-stream.ts';
import { rewriteLinks, rewriteUrl } from './html-links.ts';
import type { StreamCall } from './pod-streams.ts';
import { proxyTarget, type ProxyTarget, unavailable } from './proxy-target.ts';

/** Larger pages pass with their links as they are. */
const pageBytesMax = 4 * 1024 * 1024;

/** Headers of one connection, and those that are between the client and the API alone. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
  'host',
]);

/** The path up to `/proxy`, and the rest as the client wrote it. */
const proxyPath = /^((?:\/[^/]+){2}(?:\/namespaces\/[^/]+)?\/[^/]+\/[^/]+\/proxy)(.*)$/;

export async function serveProxy(call: StreamCall, random: () => number): Promise<void> {
  const { request, response, resource, view } = call;
  const [path = '', ...queries] = (request.url ?? '').split('?');
  const [, prefix = '', rest = ''] = proxyPath.exec(path) ?? [];
  const query = queries.length === 0 ? '' : `?${queries.join('?')}`;
  if (rest === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    response.writeHead(301, { location: `${path}/${query}` });
    response.end();
    return;
  }
  const target = proxyTarget(resource, view, random);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const connection = await connected(call, target, gone.signal);
    await forwarded(call, { target, connection, prefix, path: `${rest === '' ? '/' : rest}${query}` });
  } finally {
    gone.abort();
  }
}

interface Forward {
  readonly target: ProxyTarget;
  readonly connection: Duplex;
  readonly prefix: string;
  readonly path: string;
}

async function connected(
  { backend }: StreamCall,
  { host, address, port, scheme }: ProxyTarget,
  signal: AbortSignal,
): Promise<Duplex> {
  let begun: HostStream;
  try {
    begun = await openHostStream(backend, host, { type: 'dial', address, port }, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.reason === 'NotLeading') throw error;
    throw unreachable(error);
  }
  // Certificates of pods are their own affair: nobody could say which authority to believe.
  if (scheme === 'https') return connectTls({ socket: begun.stream, rejectUnauthorized: false });
  return begun.stream;
}

function unreachable(error: Error): ApiError {
  return unavailable(`error trying to reach service: ${error.message}`);
}

async function forwarded(call: StreamCall, forward: Forward): Promise<void> {
  const { request, response, upgrade } = call;
  const { target, connection, path } = forward;
  const outgoing = httpRequest({
    method: request.method ?? 'GET',
    path,
    headers: requestHeaders(call, target),
    createConnection: () => connection,
  });
  const answered = new Promise<IncomingMessage | undefined>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.once('upgrade', (answer: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (upgrade === undefined) return reject(new Error('an upgrade that nobody asked for'));
      response.statusCode = 101;
      upgrade.socket.write(switching(answer));
      if (head.length > 0) upgrade.socket.write(head);
      if (upgrade.head.length > 0) socket.write(upgrade.head);
      void join(upgrade.socket, socket).then(() => resolve(undefined));
    });
  });
  if (upgrade === undefined)
    void pipeline(request, outgoing).catch(() => undefined); // Told by the answer.
  else outgoing.end();
  let answer: IncomingMessage | undefined;
  try {
    answer = await answered;
  } catch (error) {
    throw unreachable(error as Error);
  }
  if (answer !== undefined) await passedOn(call, answer, forward.prefix);
}

async function passedOn(
  { request, response }: StreamCall,
  answer: IncomingMessage,
  prefix: string,
): Promise<void> {
  const headers = passing(answer.headers);
  const { location } = answer.headers;
  if (location !== undefined) headers['location'] = rewriteUrl(location, prefix);
  const status = answer.statusCode ?? 502;
  const isPage = (answer.headers['content-type'] ?? '').startsWith('text/html') && request.method !== 'HEAD';
  // Whoever breaks off first: the other side is closed with it.
  const broken = (): void => void response.destroy();
  if (!isPage) {
    response.writeHead(status, headers);
    response.flushHeaders();
    return pipeline(answer, response).catch(broken);
  }
  try {
    const { begun, complete } = await begunPage(answer);
    const page = complete ? unpacked(begun, answer.headers['content-encoding']) : undefined;
    if (page !== undefined) {
      delete headers['content-encoding'];
      const body = Buffer.from(rewriteLinks(page.toString('latin1'), prefix), 'latin1');
      response.writeHead(status, { ...headers, 'content-length': body.length });
      response.end(body);
      return;
    }
    response.writeHead(status, headers);
    response.write(begun);
    await pipeline(answer, response);
  } catch {
    broken();
  }
}

/** The page, or as much of it as is read before its links are left alone. */
async function begunPage(answer: IncomingMessage): Promise<{ begun: Buffer; complete: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > pageBytesMax) return { begun: Buffer.concat(chunks), complete: false };
  }
  return { begun: Buffer.concat(chunks), complete: true };
}

/** Undefined where the page is packed in a way that is not read here. */
function unpacked(page: Buffer, encoding: string | undefined): Buffer | undefined {
  if (encoding === undefined || encoding === 'identity') return page;
  if (encoding !== 'gzip') return undefined;
  try {
    return gunzipSync(page, { maxOutputLength: pageBytesMax });
  } catch {
    return undefined; // Passed on as it is.
  }
}

function requestHeaders(
  { request, upgrade }: StreamCall,
  { scheme, address, port }: ProxyTarget,
): Record<string, string | string[]> {
  const { headers } = request;
  const asked = Object.fromEntries(
    Object.entries(passing(headers)).filter(([name]) => !name.startsWith('impersonate-')),
  );
  const host = address.includes(':') ? `[${address}]` : address;
  const client = request.socket.remoteAddress;
  const before = headers['x-forwarded-for'];
  return {
    ...asked,
    host: port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`,
    'x-forwarded-host': headers.host ?? '',
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': (request.url ?? '').split('?')[0] ?? '',
    ...(client === undefined ? {} : { 'x-forwarded-for': [before ?? [], client].flat().join(', ') }),
    ...(upgrade === undefined ? {} : { connection: 'Upgrade', upgrade: headers.upgrade ?? '' }),
  };
}

/** What is passed on of the headers: not those of the connection, nor those that its `connection` names. */
function passing(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith(':') || ownHeaders.has(name) || named.includes(name)
        ? []
        : [[name, value]],
    ),
  );
}

/** The answer to an upgrade, as it came. */
function switching({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((value, index) =>
    index % 2 === 0 ? [`${value}: ${rawHeaders[index + 1] ?? ''}\r\n`] : [],
  );
  return `HTTP/1.1 ${statusCode ?? 101} ${statusMessage ?? ''}\r\n${lines.join('')}\r\n`;
}
