/** Messages that are no HTTP, or ask of it what the server does not do: refused with a Status like every request. */
import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { StatusProblem } from '../core/registry/status-error.ts';
import { sendProblem } from './answer.ts';
import { statusOf } from './status.ts';

/** How long what a refused client still sends is read and dropped: broken off at once, it would not see the answer. */
const lingerMs = 500;

/** What Node's parser found, by its code; everything else is a bad request. */
const parserProblems: Readonly<Record<string, StatusProblem>> = {
  HPE_HEADER_OVERFLOW: {
    code: 431,
    reason: 'RequestHeaderFieldsTooLarge',
    message: 'the headers of the request are too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 408,
    reason: 'Timeout',
    message: 'the request did not come within the time that it has',
  },
};

const unreadable: StatusProblem = {
  code: 400,
  reason: 'BadRequest',
  message: 'the request is no HTTP that can be read',
};

const unexpected: StatusProblem = {
  code: 417,
  reason: 'ExpectationFailed',
  message: 'the server meets no expectation but 100-continue',
};

/** Servers of HTTP/1.1, alone or beside HTTP/2, as far as they tell of broken messages. */
interface MessageServer {
  on(event: 'clientError', listener: (error: Error, socket: Duplex) => void): unknown;
  on(event: 'checkExpectation', listener: (request: unknown, response: ServerResponse) => void): unknown;
}

/** Answers what `server` cannot read, and what it is expected to do and does not. */
export function refuseBrokenMessages(server: MessageServer): void {
  server.on('clientError', (error, socket) => refuse(error, socket));
  server.on('checkExpectation', (_, response) => sendProblem(response, unexpected));
}

/** The parser tells of the rest of a refused message too. */
const refused = new WeakSet<Duplex>();

function refuse(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (refused.has(socket)) return;
  refused.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = parserProblems[error.code ?? ''] ?? unreadable;
  const body = JSON.stringify(statusOf(problem));
  const lines = [
    `HTTP/1.1 ${problem.code} ${STATUS_CODES[problem.code] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
