/**
 * The way of every request: read the address, find out who asks, whether there is room and whether they may, then the
 * handler. Every refusal is a Status, and nothing that a client sends ends the process.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClusterAccess } from '../core/model/access.ts';
import type { AuditAnnotations } from '../core/model/audit-annotations.ts';
import type { UserInfo } from '../core/model/user.ts';
import { type Clock, type Logger, type Random, type Store, StoreLimitError } from '../core/ports.ts';
import { type Answer, type Handled, headerOf, sendAnswer, sendProblem, streamed } from './answer.ts';
import { ApiError, resourceNotFound } from './api-error.ts';
import { type BerthBackend, berthRoutes } from './berth-routes.ts';
import { type Authenticator, requireAllowed } from './gate.ts';
import { InFlight } from './in-flight.ts';
import { parseRequest, type RequestAttributes, type ResourceRequest, servedResource } from './request.ts';
import { readBody } from './request-body.ts';
import { type ResourcePorts, serveResource } from './resources.ts';
import { deprecationWarning } from './verbs/custom-fields.ts';
import { servePodStream, sessionSubresources } from './streams/pod-streams.ts';
import { serveProxy } from './streams/proxy.ts';
import type { Upgrade } from './streams/upgrade.ts';
import type { WriteContext } from './verbs/write-context.ts';
import { WatchCache } from './watch-cache.ts';

/** One request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Came over the unix socket. */
  readonly local: boolean;
  /** Set where the client asks for another protocol; `response` then writes to its socket. */
  readonly upgrade?: Upgrade;
}

/** Paths that are about no resource: discovery, OpenAPI, health. Undefined leaves the path to others. */
export type PathRoute = (
  attributes: RequestAttributes,
  request: IncomingMessage,
  user: UserInfo,
) => Answer | undefined | Promise<Answer | undefined>;

/** Told of every request when its answer is out. */
export interface RequestObserver {
  begin(exchange: Exchange, attributes: RequestAttributes): RequestRecord;
}

export interface RequestRecord {
  /** Who asks, as soon as that is known, and whom they act as where that is somebody else. */
  known(user: UserInfo, actsAs: UserInfo | undefined): void;
  /** The body, where it is read. */
  body(bytes: Uint8Array, contentType: string): void;
  /** The object that is answered, where it is one. */
  answered(body: object): void;
  /** What admission wants to be noted. */
  annotated(annotations: AuditAnnotations): void;
  /** A watch, a log or a session: it stays open. */
  longRunning(): void;
  end(code: number): void;
}

export interface ApiPorts {
  readonly cluster: ClusterAccess;
  readonly store: Store;
  readonly backend: BerthBackend;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly authenticator: Authenticator;
  readonly resources: Pick<ResourcePorts, 'reviewToken' | 'issueToken'>;
  readonly paths: readonly PathRoute[];
  readonly observers: readonly RequestObserver[];
}

/** Verbs and subresources whose requests stay open; they take no place among those in flight. */
const longRunningSubresources: ReadonlySet<string> = new Set([
  'log',
  'exec',
  'attach',
  'portforward',
  'proxy',
]);

const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);

export class ApiHandler {
  readonly #ports: ApiPorts;
  readonly #resources: ResourcePorts;
  readonly #inFlight = new InFlight();

  constructor(ports: ApiPorts) {
    this.#ports = ports;
    const { cluster, store, clock, random } = ports;
    const cache = new WatchCache(cluster, store);
    this.#resources = { cluster, store, clock, cache, random: () => random.next(), ...ports.resources };
  }

  /** Answers one request; never rejects. */
  async handle(exchange: Exchange): Promise<void> {
    const { request, response } = exchange;
    const attributes = parseRequest(request.method ?? 'GET', request.url ?? '/');
    if (attributes === undefined) return sendProblem(response, resourceNotFound().problem);
    const records = this.#ports.observers.map((observer) => observer.begin(exchange, attributes));
    response.once('close', () => {
      for (const record of records) record.end(response.statusCode);
    });
    try {
      const handled = await this.#answered(exchange, attributes, records);
      if (handled === streamed || response.destroyed) return;
      const { body } = handled;
      if (typeof body === 'object' && !(body instanceof Uint8Array))
        for (const record of records) record.answered(body);
      sendAnswer(response, handled);
    } catch (error) {
      this.#refuse(error, exchange);
    }
  }

  async #answered(
    exchange: Exchange,
    attributes: RequestAttributes,
    records: readonly RequestRecord[],
  ): Promise<Handled> {
    const { authenticator, cluster } = this.#ports;
    const { requester, user } = await authenticator.authenticate(exchange.request, exchange.local);
    for (const record of records) record.known(requester, user === requester ? undefined : user);
    requireAllowed(attributes, user, cluster.view);
    const longRunning =
      attributes.verb === 'watch' || longRunningSubresources.has(attributes.resource?.subresource ?? '');
    if (longRunning) {
      for (const record of records) record.longRunning();
      return this.#routed(exchange, attributes, user, records);
    }
    const leave = this.#inFlight.enter(readingVerbs.has(attributes.verb) ? 'reading' : 'mutating');
    try {
      return await this.#routed(exchange, attributes, user, records);
    } finally {
      leave();
    }
  }

  async #routed(
    exchange: Exchange,
    attributes: RequestAttributes,
    user: UserInfo,
    records: readonly RequestRecord[],
  ): Promise<Handled> {
    const { request } = exchange;
    const { backend, cluster } = this.#ports;
    const resource = servedResource(attributes, cluster.view.kinds);
    if (resource?.subresource === 'proxy') {
      const call = { ...exchange, upgrade: exchange.upgrade, resource, backend, view: cluster.view };
      await serveProxy(call, () => this.#ports.random.next());
      return streamed;
    }
    if (resource?.info.kind === 'Pod' && sessionSubresources.has(resource.subresource)) {
      // A WebSocket begins with a GET, and yet does what a POST does: whoever may only read may not.
      requireAllowed({ ...attributes, verb: 'create' }, user, cluster.view);
      await servePodStream({ ...exchange, upgrade: exchange.upgrade, resource, backend, view: cluster.view });
      return streamed;
    }
    if (await berthRoutes(exchange, attributes, resource, backend, cluster.view)) return streamed;
    if (resource !== undefined) return this.#resource(exchange, attributes, resource, user, records);
    for (const route of this.#ports.paths) {
      const answer = await route(attributes, request, user);
      if (answer !== undefined) return answer;
    }
    throw resourceNotFound();
  }

  async #resource(
    { request, response, upgrade }: Exchange,
    { verb }: RequestAttributes,
    resource: ResourceRequest,
    user: UserInfo,
    records: readonly RequestRecord[],
  ): Promise<Handled> {
    const { cluster, clock } = this.#ports;
    const method = request.method ?? 'GET';
    // What stands behind a request that asks for another protocol is no body.
    const reads = method === 'GET' || method === 'HEAD' || upgrade !== undefined;
    const bytes = reads ? new Uint8Array() : await readBody(request, clock);
    const contentType = request.headers['content-type'] ?? '';
    if (!reads) for (const record of records) record.body(bytes, contentType);
    const deprecated = deprecationWarning(resource.info, cluster.view);
    const warnings = new Set<string>();
    const context: WriteContext = {
      cluster,
      clock,
      user,
      userAgent: request.headers['user-agent'],
      body: { bytes, contentType },
      warn: (text) => warn(text, warnings, response),
      annotate: (annotations) => {
        for (const record of records) record.annotated(annotations);
      },
    };
    if (deprecated !== undefined) context.warn(deprecated);
    const accept = headerOf(request.headers, 'accept');
    const call = { request: resource, verb, method, accept, response, context };
    return serveResource(call, this.#resources);
  }

  #refuse(error: unknown, { request, response }: Exchange): void {
    if (error instanceof ApiError) return sendProblem(response, error.problem);
    if (error instanceof StoreLimitError) return sendProblem(response, limitProblem(error));
    // What goes wrong once the protocol was switched cannot be told in the former one.
    if (response.destroyed || response.statusCode === 101) return void response.destroy();
    const message = error instanceof Error ? error.message : String(error);
    this.#ports.logger.error('a request failed', {
      method: request.method,
      path: (request.url ?? '').split('?')[0],
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    const text = `an error on the server has prevented the request from succeeding: ${message}`;
    return sendProblem(response, { code: 500, reason: 'InternalError', message: text });
  }
}

/** A bound of the store: what passes by itself is 429, what does not is the request's fault or the disk's. */
function limitProblem({ limit, message }: StoreLimitError): Parameters<typeof sendProblem>[1] {
  if (limit === 'queue')
    return { code: 429, reason: 'TooManyRequests', message, details: { retryAfterSeconds: 1 } };
  if (limit === 'disk') return { code: 507, reason: 'InsufficientStorage', message };
  return { code: 413, reason: 'RequestEntityTooLarge', message };
}

/** Tells `text` with the answer, whatever it will be; one that has begun can be told nothing more. */
function warn(text: string, warnings: Set<string>, response: ServerResponse): void {
  warnings.add(text);
  if (response.headersSent) return;
  const values = [...warnings].map((each) => `299 - ${quotedHeader(each)}`);
  response.setHeader('warning', values);
}

/** A quoted string of HTTP headers: no control characters, nothing beyond Latin-1. */
function quotedHeader(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, (character) => (/\s/.test(character) ? ' ' : '?'));
  return `"${plain.replace(/[\\"]/g, '\\$&')}"`;
}
