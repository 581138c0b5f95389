/** A session on a host as one stream, and a client's connection joined with it. */
import { type Duplex, duplexPair } from 'node:stream';
import type { SessionAsk } from '../../../schemas/wire/exec.ts';
import { LinkError } from '../../core/ports.ts';
import { ApiError } from '../api-error.ts';
import type { BerthBackend } from '../berth-routes.ts';
import { drained } from '../../../schemas/wire/drained.ts';

export interface HostStream {
  /** Which of the protocols offered the host chose. */
  readonly protocol: string;
  /** Breaks with a LinkError when the link does. */
  readonly stream: Duplex;
}

/** Begins the session. Rejects with an ApiError where it cannot begin; `signal` ends it. */
export async function openHostStream(
  backend: Pick<BerthBackend, 'session'>,
  host: string,
  ask: SessionAsk,
  signal: AbortSignal,
): Promise<HostStream> {
  const [near, far] = duplexPair();
  near.on('error', () => undefined); // Told to whoever reads.
  far.on('error', () => undefined); // Those of `near`.
  const input = far.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  try {
    const { protocol, output } = await backend.session(host, ask, input, signal);
    void written(output, far).catch((error: unknown) => near.destroy(error as Error));
    return { protocol, stream: near };
  } catch (error) {
    far.destroy();
    throw error instanceof LinkError ? refusal(error) : error;
  }
}

/** Writes all of the output and then the end. Rejects with what broke the output, and leaves `to` to the caller. */
async function written(output: AsyncIterable<Uint8Array>, to: Duplex): Promise<void> {
  for await (const chunk of output) {
    if (to.destroyed) return;
    if (!to.write(chunk)) await drained(to);
  }
  to.end();
}

/** What the host itself says is a bad or missing target is the client's; the rest is the cluster's. */
function refusal({ reason, message }: LinkError): ApiError {
  switch (reason) {
    case 'NotFound':
      return new ApiError({ code: 404, reason: 'NotFound', message, details: {} });
    case 'Invalid':
      return new ApiError({ code: 400, reason: 'BadRequest', message });
    case 'TooManySessions':
      return new ApiError({ code: 429, reason: 'TooManyRequests', message });
    case 'RuntimeRefused':
    case 'Internal':
      return new ApiError({ code: 500, reason: 'InternalError', message });
    default:
      return new ApiError({ code: 503, reason, message });
  }
}

/** Passes bytes on as they are, both ways, until both ends have ended or either breaks. Resolves then. */
export async function join(client: Duplex, stream: Duplex): Promise<void> {
  client.on('error', () => undefined); // Its close follows.
  stream.pipe(client);
  client.pipe(stream);
  stream.once('close', () => {
    if (!stream.readableEnded) client.destroy();
  });
  // What the host has to say is said: clients wait for the connection's end.
  client.once('finish', () => client.destroy());
  await new Promise<void>((resolve) => {
    if (client.destroyed) resolve();
    else client.once('close', resolve);
  });
  stream.destroy();
}
