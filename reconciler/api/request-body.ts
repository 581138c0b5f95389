/** Bodies of requests, read within bounds of size and time. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../core/ports.ts';
import { ApiError } from './api-error.ts';

/** kube-apiserver's limit of a request body. */
export const bodyBytesMax = 3 * 1024 * 1024;
/** More than this of a body that is too large is not even thrown away: the connection breaks while the client sends. */
const discardedBytesMax = 64 * 1024 * 1024;
/** kube-apiserver's request timeout; a client that stops in the middle gives its place back. */
const bodyTimeoutMs = 60_000;

/**
 * All bytes of a body. 413 where there are more than `bodyBytesMax`, 400 where the client breaks off, 504 where it
 * stops. What is too large is still read, so that a client that sends before it listens gets to hear the answer.
 */
export async function readBody(request: IncomingMessage, clock: Clock): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? '0');
  if (announced > bodyBytesMax + discardedBytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const end = (error?: Error): void => {
      cancel();
      request.off('data', take).off('end', end).off('close', broken).off('error', broken);
      if (error === undefined) resolve();
      else reject(error);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= bodyBytesMax) chunks.push(chunk);
      else chunks.length = 0;
      if (length > bodyBytesMax + discardedBytesMax) end(tooLarge());
    };
    const broken = (): void =>
      end(new ApiError({ code: 400, reason: 'BadRequest', message: 'unexpected EOF' }));
    const cancel = clock.after(bodyTimeoutMs, () => end(timedOut()));
    request.on('data', take).once('end', end).once('close', broken).once('error', broken);
    if (request.destroyed) broken();
  });
  if (length > bodyBytesMax) throw tooLarge();
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

function tooLarge(): ApiError {
  const message = `Request entity too large: limit is ${bodyBytesMax}`;
  return new ApiError({ code: 413, reason: 'RequestEntityTooLarge', message });
}

function timedOut(): ApiError {
  const message = 'Timeout: request did not complete within the allotted timeout';
  return new ApiError({ code: 504, reason: 'Timeout', message, details: {} });
}
