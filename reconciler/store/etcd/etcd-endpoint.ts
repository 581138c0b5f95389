/** One etcd server: a channel, and the calls on it. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { isIP } from 'node:net';
import { json } from 'node:stream/consumers';
import { checkServerIdentity } from 'node:tls';
import {
  Client,
  type ClientDuplexStream,
  type ChannelCredentials,
  credentials,
  Metadata,
  type ServiceError,
  status,
  type VerifyOptions,
} from '@grpc/grpc-js';
import { codecOf } from './etcd-codec.ts';
import { EtcdError } from './etcd-error.ts';
import {
  type EtcdMethod,
  etcdMethods,
  type EtcdRequests,
  type EtcdResponses,
  type EtcdStreams,
  etcdStreams,
} from './etcd-messages.ts';

export interface EtcdTls {
  /** Paths of PEM files: whom to trust, and who Berth is. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * A server that answers no ping for so long is taken for dead. etcd breaks connections with pings that are less than
 * 5 s apart (`--grpc-keepalive-min-time`), as those of a busy machine may be that were meant to be somewhat more.
 */
const pingIntervalMs = 10_000;
const pingTimeoutMs = 5_000;

/** Lists come in pages, but etcd bounds neither a page's bytes nor a watch's: the values' own bound has to do. */
const unlimited = -1;

/**
 * TLS asks for servers by name, never by address, and Node refuses to. Asked for under this name, a server is still
 * held to have the address in its certificate.
 */
const nameForAddresses = 'etcd';

export class EtcdEndpoint {
  readonly url: string;
  readonly #tls: EtcdTls | undefined;
  readonly #client: Client;

  /** Throws where `url` is no http or https address, or a file cannot be read. */
  constructor(url: string, tls: EtcdTls | undefined) {
    const { protocol, host, hostname } = addressOf(url);
    const address = isIP(bare(hostname)) === 0 ? undefined : hostname;
    this.url = url;
    this.#tls = tls;
    const trust = protocol === 'https:' ? secure(filesOf(tls), address) : credentials.createInsecure();
    this.#client = new Client(host, trust, {
      ...(address === undefined ? {} : { 'grpc.ssl_target_name_override': nameForAddresses }),
      'grpc.max_receive_message_length': unlimited,
      'grpc.max_send_message_length': unlimited,
      'grpc.enable_retries': 0,
      'grpc.keepalive_time_ms': pingIntervalMs,
      'grpc.keepalive_timeout_ms': pingTimeoutMs,
      'grpc.keepalive_permit_without_calls': 1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.min_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      'grpc.enable_http_proxy': 0,
      // Two stores of one process, such as a test's, must not share a connection that one of them closes.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** One attempt. Rejects with EtcdError. */
  call<M extends EtcdMethod>(
    method: M,
    request: EtcdRequests[M],
    token: string | undefined,
    timeoutMs: number,
  ): Promise<EtcdResponses[M]> {
    const info = etcdMethods[method];
    const { decode } = codecOf(info.response);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/etcdserverpb.${info.service}/${method}`,
        codecOf(info.request).encode,
        (bytes: Buffer) => decode(bytes) as EtcdResponses[M],
        request,
        metadataOf(token),
        { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, response?: EtcdResponses[M]) => {
          if (error !== null) reject(EtcdError.of(error, this.url));
          else resolve(response as EtcdResponses[M]);
        },
      );
    });
  }

  /** The server's version. etcd 3.6 tells it root alone over gRPC, and everyone over HTTP. Rejects with EtcdError. */
  async version(token: string | undefined, timeoutMs: number): Promise<string> {
    try {
      return (await this.call('Status', {}, token, timeoutMs)).version;
    } catch (error) {
      if (!(error instanceof EtcdError) || error.code !== status.PERMISSION_DENIED) throw error;
      return await this.#versionOverHttp(timeoutMs);
    }
  }

  async #versionOverHttp(timeoutMs: number): Promise<string> {
    const url = new URL('/version', this.url);
    const options = { timeout: timeoutMs, agent: false } as const;
    const outgoing =
      url.protocol === 'https:'
        ? httpsGet(url, { ...options, ...filesOf(this.#tls) })
        : httpGet(url, options);
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    try {
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      const { etcdserver } = (await json(answer)) as { readonly etcdserver?: unknown };
      if (typeof etcdserver === 'string') return etcdserver;
      throw new Error(`it answers HTTP ${answer.statusCode ?? 0} without a version`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new EtcdError(status.UNAVAILABLE, `its version cannot be asked for: ${why}`, this.url);
    }
  }

  /** A stream both ways. Its errors are gRPC's; who opens it cancels it. */
  stream<S extends keyof EtcdStreams>(
    method: S,
    token: string | undefined,
    timeoutMs?: number,
  ): ClientDuplexStream<EtcdStreams[S]['sends'], EtcdStreams[S]['gets']> {
    const info = etcdStreams[method];
    const { decode } = codecOf(info.response);
    const metadata = metadataOf(token);
    // A member that lost its cluster's leader ends the stream, rather than stay silent.
    metadata.set('hasleader', 'true');
    return this.#client.makeBidiStreamRequest<EtcdStreams[S]['sends'], EtcdStreams[S]['gets']>(
      `/etcdserverpb.${info.service}/${method}`,
      codecOf(info.request).encode,
      (bytes: Buffer) => decode(bytes) as EtcdStreams[S]['gets'],
      metadata,
      timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
    );
  }

  close(): void {
    this.#client.close();
  }
}

function addressOf(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:'))
    throw new Error(`etcd endpoint ${JSON.stringify(url)}: expected http://HOST:PORT or https://HOST:PORT`);
  if (parsed.port === '') parsed.port = '2379';
  return parsed;
}

interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function filesOf(tls: EtcdTls | undefined): TlsFiles {
  const named = Object.entries(tls ?? {}) as readonly (readonly [keyof EtcdTls, string])[];
  return Object.fromEntries(named.map(([field, path]) => [field, readFileSync(path)]));
}

function secure(files: TlsFiles, address: string | undefined): ChannelCredentials {
  const verify: VerifyOptions =
    address === undefined
      ? {}
      : { checkServerIdentity: (_name, certificate) => checkServerIdentity(bare(address), certificate) };
  return credentials.createSsl(files.ca ?? null, files.key ?? null, files.cert ?? null, verify);
}

/** An IPv6 address without the brackets that a URL has it in. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function metadataOf(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('token', token);
  return metadata;
}
