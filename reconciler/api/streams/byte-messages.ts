/** Bytes as the messages of a WebSocket: how a log is followed by clients that can read no HTTP stream. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest } from '../api-error.ts';
import { offeredProtocols, type Upgrade } from './upgrade.ts';
import { acceptWebSocket, sendMessage } from './websocket.ts';

/** Whether messages are text in base64, by subprotocol; none offered is the first. */
const protocols: Readonly<Record<string, boolean>> = {
  '': false,
  'binary.k8s.io': false,
  'base64.binary.k8s.io': true,
};

/** Sends each chunk as a message and then the end. Throws an ApiError where the client's subprotocols are unknown. */
export async function sendMessages(
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: Upgrade,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const offered = offeredProtocols(request, 'websocket');
  const protocol = offered.length === 0 ? '' : offered.find((name) => Object.hasOwn(protocols, name));
  if (protocol === undefined) throw badRequest('unable to upgrade: none of the subprotocols is known');
  const webSocket = await acceptWebSocket(request, response, upgrade, protocol);
  try {
    for await (const chunk of chunks) {
      const bytes = Buffer.from(chunk);
      await sendMessage(webSocket, protocols[protocol] === true ? bytes.toString('base64') : bytes);
    }
    webSocket.close(1000);
  } catch {
    // The log or the client broke off: the connection's end is all that can be told.
    webSocket.terminate();
  }
}
