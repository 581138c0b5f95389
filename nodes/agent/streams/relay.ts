/** Bytes between a reconciler's HTTP/2 stream and a connection on this host, in both directions. */
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

/**
 * Relays until both have ended, or either breaks: then the other is broken off too. Each direction ends on its own,
 * and what was received before a proper end is delivered.
 */
export function relay(stream: ServerHttp2Stream, socket: Socket): void {
  // `pipe` passes the end on and holds back what the other side does not take.
  stream.pipe(socket);
  socket.pipe(stream);
  socket.on('error', () => undefined); // Told by its close.
  stream.once('close', () => {
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR) socket.destroySoon();
    else socket.destroy();
  });
  socket.once('close', () => {
    if (!socket.readableEnded) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
}
