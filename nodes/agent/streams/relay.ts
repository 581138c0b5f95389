/** Bytes between a reconciler's HTTP/2 stream and a connection on this host, in both directions. */
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

/**
 * Relays until the socket's side has ended, or either breaks: then the other is broken off too. The reconciler's side
 * may end before, and what was received before a proper end is delivered.
 */
export function relay(stream: ServerHttp2Stream, socket: Socket): void {
  // `pipe` passes the end on and holds back what the other side does not take.
  stream.pipe(socket);
  socket.pipe(stream);
  socket.on('error', () => undefined); // Told by its close.
  // The far end has said all, and all of it is on its way: the session is over.
  stream.once('finish', () => socket.destroySoon());
  stream.once('close', () => {
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR) socket.destroySoon();
    else socket.destroy();
  });
  socket.once('close', () => {
    if (!socket.readableEnded) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
}
