/** Requests that ask for another protocol on their connection: WebSocket (RFC 6455) and SPDY/3.1. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { sessionProtocolHeader } from '../../../schemas/wire/exec.ts';

/** A connection whose client waits for another protocol; nothing has been answered yet. */
export interface Upgrade {
  readonly socket: Duplex;
  /** What the client sent behind its request. */
  readonly head: Buffer;
}

export type UpgradeKind = 'websocket' | 'spdy';

/** What the request wants to be upgraded to; undefined where that is nothing that is served. */
export function upgradeKind(request: IncomingMessage): UpgradeKind | undefined {
  const wanted = (request.headers.upgrade ?? '').toLowerCase();
  if (wanted === 'websocket') return 'websocket';
  return wanted === 'spdy/3.1' ? 'spdy' : undefined;
}

/** The protocols that the client offers within the upgraded connection, best first. */
export function offeredProtocols(request: IncomingMessage, kind: UpgradeKind): readonly string[] {
  const name = kind === 'websocket' ? 'sec-websocket-protocol' : sessionProtocolHeader;
  const values = request.headersDistinct[name] ?? [];
  return values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** Answers 101: from here on the connection is the session's. */
export function switchToSpdy(response: ServerResponse, { socket }: Upgrade, protocol: string): void {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'SPDY/3.1',
    ...(protocol === '' ? {} : { 'X-Stream-Protocol-Version': protocol }),
  };
  // Told to those who record the request.
  response.statusCode = 101;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
}
