import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';
import type { GitLimits } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import { inspectPack, packOfResponse } from './pack-inspection.ts';
import { tooLarge } from './packed-size.ts';

/** A few steps lead from an old name to a new one; more go in circles. */
const redirectsMax = 5;

/** Codes of Node and of its HTTP client for a server whose identity cannot be trusted. */
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|ERR_TLS/u;

export interface HttpClientOptions {
  /** Without credentials: it is named in errors. */
  readonly url: string;
  /** Sent to the origin of `url` and to no other. */
  readonly authorization: string | undefined;
  readonly limits: GitLimits;
  readonly signal: AbortSignal | undefined;
}

/**
 * The HTTP plug-in of isomorphic-git. It holds every response to the bounds, a pack before it is unfolded, and
 * follows redirects within the origin only: whoever can redirect elsewhere could choose what the cluster runs, or
 * have the credentials sent to them. Throws GitSourceError for whatever the server or the network does wrong.
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  return {
    request: async (request) => {
      const { signal, limits } = options;
      const timeout = AbortSignal.timeout(limits.requestMs);
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      try {
        return await exchange(request, options, either);
      } catch (error) {
        if (error instanceof GitSourceError) throw error;
        if (signal?.aborted === true) throw signal.reason;
        if (timeout.aborted) {
          throw new GitSourceError(
            'retry',
            'Timeout',
            `${options.url} did not answer within ${limits.requestMs} ms`,
          );
        }
        throw networkError(options.url, error);
      }
    },
  };
}

async function exchange(
  request: GitHttpRequest,
  options: HttpClientOptions,
  signal: AbortSignal,
): Promise<GitHttpResponse> {
  const { limits } = options;
  const method = request.method ?? 'GET';
  const body = request.body === undefined ? undefined : await collect(request.body);
  const headers = {
    ...request.headers,
    ...(options.authorization && { authorization: options.authorization }),
  };
  const response = await followed(request.url, options.url, {
    method,
    headers,
    signal,
    ...(body && { body }),
  });
  if (response.status !== 200) throw statusError(response, options);
  const fetching = method === 'POST' && !isCommand(body);
  const content = await readBounded(response, fetching ? limits.packBytesMax : limits.refsBytesMax);
  if (fetching) await inspectPack(packOfResponse(content), limits);
  return {
    url: response.url,
    method,
    statusCode: response.status,
    statusMessage: response.statusText,
    headers: Object.fromEntries(response.headers),
    body: once(content),
  };
}

/** Follows redirects by hand: fetch would follow them anywhere. */
async function followed(url: string, shown: string, init: RequestInit): Promise<Response> {
  let target = new URL(url);
  for (let hop = 0; hop <= redirectsMax; hop++) {
    const response = await fetch(target, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, target);
    if (next.origin !== target.origin) {
      throw new GitSourceError(
        'stalled',
        'RedirectRefused',
        `${shown} redirects to ${next.origin}; redirects to elsewhere are not followed, give that address if it is right`,
      );
    }
    target = next;
  }
  throw new GitSourceError(
    'stalled',
    'RedirectRefused',
    `${shown} redirects more than ${redirectsMax} times`,
  );
}

/** A request of protocol 2 that lists refs; its response is no pack. */
function isCommand(body: Buffer | undefined): boolean {
  return body?.toString('latin1', 4, 12) === 'command=';
}

async function readBounded(response: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge('a response of more bytes', bytesMax, 'ResponseTooLarge');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function statusError(response: Response, { url, authorization }: HttpClientOptions): GitSourceError {
  const { status } = response;
  const said = `${url} answered ${status} ${response.statusText}`.trimEnd();
  if (status === 401 || status === 403) {
    const advice = authorization === undefined ? 'it needs credentials' : 'it refuses these credentials';
    return new GitSourceError('stalled', 'AuthenticationFailed', `${said}: ${advice}`);
  }
  if (status === 404 || status === 410) {
    const hidden = authorization === undefined ? ', or it is hidden without credentials' : '';
    return new GitSourceError(
      'stalled',
      'RepositoryNotFound',
      `${said}: there is no such repository${hidden}`,
    );
  }
  if (status === 429 || status >= 500) return new GitSourceError('retry', 'ServerError', said);
  return new GitSourceError('stalled', 'UnexpectedResponse', said);
}

function networkError(url: string, error: unknown): GitSourceError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = cause instanceof Error ? cause.message || code : String(cause);
  if (certificateCodes.test(code)) {
    return new GitSourceError(
      'stalled',
      'CertificateNotTrusted',
      `${url}: its certificate is not trusted: ${why}`,
      { cause: error },
    );
  }
  return new GitSourceError('retry', 'NetworkFailed', `${url} cannot be reached: ${why}`, { cause: error });
}

async function collect(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield content;
}
