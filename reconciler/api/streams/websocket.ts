/** Accepting WebSockets, and sending with backpressure. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { badRequest } from '../api-error.ts';
import type { Upgrade } from './upgrade.ts';

/** Larger messages end the connection; clients send some tens of KiB. */
const messageBytesMax = 4 * 1024 * 1024;

/** Answers the handshake with the subprotocol, none where it is empty. Rejects where the handshake is no good. */
export function acceptWebSocket(
  request: IncomingMessage,
  response: ServerResponse,
  { socket, head }: Upgrade,
  protocol: string,
): Promise<WebSocket> {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
  });
  // The names of Kubernetes' tunnels have a slash in them, which the library does not take for a subprotocol's.
  delete request.headers['sec-websocket-protocol'];
  if (protocol !== '') server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve, reject) => {
    server.once('wsClientError', (error) => reject(badRequest(error.message)));
    socket.once('close', () => reject(new Error('the client has gone')));
    server.handleUpgrade(request, socket, head, (webSocket) => {
      // Told to those who record the request.
      response.statusCode = 101;
      webSocket.on('error', () => undefined); // Its close follows.
      resolve(webSocket);
    });
  });
}

/** Resolves when the connection took the message. */
export function sendMessage(webSocket: WebSocket, message: Buffer | string): Promise<void> {
  return new Promise((resolve, reject) => {
    webSocket.send(message, { binary: typeof message !== 'string' }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}
