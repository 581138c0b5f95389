/** Bodies of requests, read within a bound. */
import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** kube-apiserver's limit of a request body. */
export const bodyBytesMax = 3 * 1024 * 1024;

/** All bytes of a body; 413 where there are more than `bodyBytesMax`, and 400 where the client stops in the middle. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? '0');
  if (announced > bodyBytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > bodyBytesMax) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const message = `the body could not be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new ApiError({ code: 400, reason: 'BadRequest', message });
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

function tooLarge(): ApiError {
  const message = `Request entity too large: limit is ${bodyBytesMax}`;
  return new ApiError({ code: 413, reason: 'RequestEntityTooLarge', message });
}
