/** Where the API listens: a unix socket for the machine's owner, and TLS for everybody else, HTTP/2 and HTTP/1.1. */
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { refuseBrokenMessages } from './broken-messages.ts';
import type { ApiHandler } from './handler.ts';
import { upgradeKind } from './streams/upgrade.ts';

/** Headers beyond this are refused before anybody reads them; kube-apiserver takes 1 MiB, clients send a few KiB. */
const headerBytesMax = 64 * 1024;
/** Bytes that all streams of one HTTP/2 connection may hold: several slow watches, not a flood. */
const sessionMemoryMegabytesMax = 64;
/** Streams of one HTTP/2 connection, as kube-apiserver allows: a flood of them needs connections, which are counted. */
const streamsPerConnectionMax = 250;
/** A client that has not sent its headers by then is gone. */
const headersTimeoutMs = 30_000;

/** The API on a unix socket, not listening yet. Requests that come here are the owner's. */
export function createLocalServer(handler: ApiHandler): ApiServer<Server> {
  const options = { maxHeaderSize: headerBytesMax, shouldUpgradeCallback: isUpgrade };
  const server = createServer(options, (request, response) => {
    void handler.handle({ request, response, local: true });
  });
  server.on('upgrade', onUpgrade(handler, true));
  refuseBrokenMessages(server);
  server.headersTimeout = headersTimeoutMs;
  // Watches and logs stay open as long as their clients.
  server.requestTimeout = 0;
  return withConnections(server);
}

/** A server with the connections that it has, sessions too: `close` alone waits for their clients. */
export interface ApiServer<Kind> {
  readonly server: Kind;
  closeAllConnections(): void;
}

/** The API over TLS, not listening yet. `tls` brings key, certificate and how clients' certificates are asked for. */
export function createTlsServer(handler: ApiHandler, tls: SecureServerOptions): ApiServer<Http2SecureServer> {
  const server = createSecureServer({
    ...tls,
    allowHTTP1: true,
    maxHeaderSize: headerBytesMax,
    maxSessionMemory: sessionMemoryMegabytesMax,
    settings: { maxConcurrentStreams: streamsPerConnectionMax },
  } as SecureServerOptions);
  server.on('request', (request, response) => {
    // The compatibility layer gives HTTP/2 requests the same shape.
    const exchange = {
      request: request as unknown as IncomingMessage,
      response: response as unknown as ServerResponse,
      local: false,
    };
    void handler.handle(exchange);
  });
  // A client that breaks its connection breaks nobody else's.
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  // Not an option of this server, but looked at by the HTTP/1.1 that it serves.
  Object.assign(server, { shouldUpgradeCallback: isUpgrade });
  server.on('upgrade', onUpgrade(handler, false));
  refuseBrokenMessages(server);
  return withConnections(server);
}

/** Upgrades to anything else are no upgrades: the request is answered as if it had not asked. */
function isUpgrade(request: IncomingMessage): boolean {
  return upgradeKind(request) !== undefined;
}

/** Goes the way of every request; what is refused is answered on the connection that was to be upgraded. */
function onUpgrade(
  handler: ApiHandler,
  local: boolean,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, stream, head) => {
    const socket = stream as Socket;
    socket.on('error', () => undefined); // Its close follows.
    socket.setNoDelay(true);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    void handler.handle({ request, response, local, upgrade: { socket, head } });
  };
}

function withConnections<Kind extends Server | Http2SecureServer>(server: Kind): ApiServer<Kind> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return {
    server,
    closeAllConnections: () => {
      for (const socket of connections) socket.destroy();
    },
  };
}
