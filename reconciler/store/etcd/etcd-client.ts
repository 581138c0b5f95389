/** etcd as a whole: calls go to one endpoint until that fails, then to the next; a refused token is renewed. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ClientDuplexStream, type ServiceError, status as grpc } from '@grpc/grpc-js';
import { EtcdEndpoint, type EtcdTls } from './etcd-endpoint.ts';
import { closedReason, EtcdError, isTokenRefused, isUncertain, storeError } from './etcd-error.ts';
import type { EtcdMethod, EtcdRequests, EtcdResponses, EtcdStreams } from './etcd-messages.ts';

/** etcd gives up on a request after 7 s itself (5 s and two elections). */
const callTimeoutMs = 8_000;
/** How long a request is tried on one endpoint after the other; an election of etcd's takes a second or two. */
export const patienceMs = 20_000;
/** Between two attempts that failed at once, as on a refused connection. */
const retryPauseMs = 100;

export interface EtcdClientOptions {
  /** `http://HOST:PORT` or `https://HOST:PORT`, in the order in which they are tried. */
  readonly endpoints: readonly string[];
  readonly tls?: EtcdTls;
  readonly username?: string;
  readonly password?: string;
}

export type EtcdStream<S extends keyof EtcdStreams> = ClientDuplexStream<
  EtcdStreams[S]['sends'],
  EtcdStreams[S]['gets']
>;

export class EtcdClient {
  readonly #endpoints: readonly EtcdEndpoint[];
  readonly #login: { readonly name: string; readonly password: string } | undefined;
  #current = 0;
  #token: string | undefined;
  #renewing: Promise<void> | undefined;
  #closed = false;

  constructor(options: EtcdClientOptions) {
    if (options.endpoints.length === 0) throw new Error('etcd: no endpoint is given');
    this.#endpoints = options.endpoints.map((url) => new EtcdEndpoint(url, options.tls));
    const { username, password } = options;
    this.#login = username === undefined ? undefined : { name: username, password: password ?? '' };
  }

  get endpoints(): readonly string[] {
    return this.#endpoints.map(({ url }) => url);
  }

  /** One attempt; the next call goes to another endpoint where this one fails. Rejects with EtcdError. */
  async call<M extends EtcdMethod>(
    method: M,
    request: EtcdRequests[M],
    timeoutMs = callTimeoutMs,
  ): Promise<EtcdResponses[M]> {
    const endpoint = this.#endpoint();
    try {
      if (this.#login !== undefined && this.#token === undefined) await this.#renew(endpoint, undefined);
      const token = this.#token;
      try {
        return await endpoint.call(method, request, token, timeoutMs);
      } catch (error) {
        if (this.#login === undefined || !isTokenRefused(error)) throw error;
        await this.#renew(endpoint, token);
        return await endpoint.call(method, request, this.#token, timeoutMs);
      }
    } catch (error) {
      if (isUncertain(error)) this.avoid(endpoint.url);
      throw this.#closed ? closedError(endpoint) : error;
    }
  }

  /** A call that may be made twice: tried until it succeeds, is refused, or patience ends. Rejects as the port says. */
  async read<M extends EtcdMethod>(method: M, request: EtcdRequests[M]): Promise<EtcdResponses[M]> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        return await this.call(method, request);
      } catch (error) {
        if (!isUncertain(error) || performance.now() >= deadline) throw error;
        await pause(retryPauseMs);
      }
    }
  }

  /** The version that each endpoint says it is; an error where it cannot be asked. */
  async versions(): Promise<readonly (string | Error)[]> {
    return Promise.all(
      this.#endpoints.map(async (endpoint) => {
        try {
          if (this.#login !== undefined && this.#token === undefined) await this.#renew(endpoint, undefined);
          return await endpoint.version(this.#token, callTimeoutMs);
        } catch (error) {
          return storeError(error);
        }
      }),
    );
  }

  /** Opens a stream on the endpoint of now, and names it. */
  async open<S extends keyof EtcdStreams>(
    method: S,
    timeoutMs?: number,
  ): Promise<{ readonly stream: EtcdStream<S>; readonly url: string }> {
    const endpoint = this.#endpoint();
    if (this.#login !== undefined && this.#token === undefined) await this.#renew(endpoint, undefined);
    return { stream: endpoint.stream(method, this.#token, timeoutMs), url: endpoint.url };
  }

  /** What a stream's error is, and that the next attempt goes elsewhere. */
  streamError(error: unknown, url: string): Error {
    this.avoid(url);
    if (this.#closed) return new EtcdError(grpc.FAILED_PRECONDITION, closedReason, url);
    if (error instanceof EtcdError) return error;
    const found = EtcdError.of(error as ServiceError, url);
    if (isTokenRefused(found)) this.forgetToken();
    return found;
  }

  /** The next call or stream asks for a new token. */
  forgetToken(): void {
    this.#token = undefined;
  }

  /** Goes on with the next endpoint, unless another call did so already. */
  avoid(url: string): void {
    if (this.#endpoints[this.#current]?.url === url)
      this.#current = (this.#current + 1) % this.#endpoints.length;
  }

  close(): void {
    this.#closed = true;
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  #endpoint(): EtcdEndpoint {
    const endpoint = this.#endpoints[this.#current] as EtcdEndpoint;
    if (this.#closed) throw closedError(endpoint);
    return endpoint;
  }

  /** Gets one token for all who found `refused` to be no good. */
  #renew(endpoint: EtcdEndpoint, refused: string | undefined): Promise<void> {
    if (this.#login === undefined || this.#token !== refused) return Promise.resolve();
    this.#renewing ??= endpoint
      .call('Authenticate', this.#login, undefined, callTimeoutMs)
      .then(({ token }) => {
        this.#token = token;
      })
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }
}

function closedError(endpoint: EtcdEndpoint): EtcdError {
  return new EtcdError(grpc.FAILED_PRECONDITION, closedReason, endpoint.url);
}
