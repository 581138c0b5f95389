/** What Berth serves besides Kubernetes' resources: plans, host keys, images, backups, and the logs of pods. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionAsk } from '../../schemas/wire/exec.ts';
import type { ImageReport, LogQuery } from '../../schemas/wire/messages.ts';
import type { ClusterView } from '../core/model/view.ts';
import { type HostKey, type HostSession, LinkError, SourceError } from '../core/ports.ts';
import { sendJson } from './answer.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { RequestAttributes, ResourceRequest } from './request.ts';
import { sendMessages } from './streams/byte-messages.ts';
import { containerOf, hostOf, podOf } from './streams/pod-target.ts';
import { type Upgrade, upgradeKind } from './streams/upgrade.ts';
import { drained } from '../../schemas/wire/drained.ts';

/** A plan as the API shows it: data, and the text that people read. */
export interface PlanAnswer {
  readonly commit: string;
  readonly problems: readonly string[];
  readonly text: string;
  readonly plan: unknown;
}

/** What these routes ask of the rest of the reconciler. */
export interface BerthBackend {
  /** Plans an Application at `ref` (its own unless given) against the cluster; changes nothing. */
  plan(application: string, ref: string | undefined, signal: AbortSignal): Promise<PlanAnswer>;
  scan(address: string, port: number, signal: AbortSignal): Promise<readonly HostKey[]>;
  images(host: string, signal: AbortSignal): Promise<readonly ImageReport[]>;
  importImage(
    host: string,
    digest: string,
    archive: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<readonly ImageReport[]>;
  logs(host: string, query: LogQuery, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Begins a session on the host; see HostLink. */
  session(
    host: string,
    ask: SessionAsk,
    input: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<HostSession>;
  /** The store at one revision, as a backup file; absent where the store has backups of its own kind. */
  backup?(): AsyncIterable<Uint8Array>;
}

const base = '/apis/berth.dev/v1alpha1';

/** A request on its way, and whether it asks for another protocol. */
interface BerthExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upgrade?: Upgrade;
}

/** One request for a route, with what its handler may use. */
interface BerthCall extends BerthExchange {
  readonly query: URLSearchParams;
  readonly resource: ResourceRequest | undefined;
  readonly backend: BerthBackend;
  readonly view: ClusterView;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

type Route = (call: BerthCall) => Promise<void>;

/** By method and path, or method, plural and subresource. */
const routes: Readonly<Record<string, Route>> = {
  [`GET ${base}/hostkeys`]: async ({ response, query, backend, signal }) =>
    sendJson(response, 200, {
      items: await backend.scan(query.get('address') ?? '', portOf(query), signal),
    }),
  [`GET ${base}/backup`]: ({ response, backend, signal }) => sendBackup(response, backend, signal),
  'GET applications/plan': async ({ response, query, resource, backend, signal }) =>
    sendJson(response, 200, await backend.plan(resource?.name ?? '', query.get('ref') ?? undefined, signal)),
  'GET hosts/images': async ({ response, resource, backend, signal }) =>
    sendJson(response, 200, { items: await backend.images(resource?.name ?? '', signal) }),
  'POST hosts/images': importImage,
  'GET pods/log': async (call) => {
    if (call.resource !== undefined) await sendLog(call, call.resource);
  },
};

/** Serves the request if it is one of these; false leaves it to the resources. */
export async function berthRoutes(
  exchange: BerthExchange,
  { path, query }: RequestAttributes,
  resource: ResourceRequest | undefined,
  backend: BerthBackend,
  view: ClusterView,
): Promise<boolean> {
  const place = resource === undefined ? path : `${resource.info.plural}/${resource.subresource}`;
  const route = routes[`${exchange.request.method ?? ''} ${place}`];
  if (route === undefined) return false;
  try {
    const signal = closedSignal(exchange.response);
    await route({ ...exchange, query, resource, backend, view, signal });
    return true;
  } catch (error) {
    if (error instanceof LinkError)
      throw new ApiError({ code: 503, reason: error.reason, message: error.message });
    if (error instanceof SourceError)
      throw new ApiError({ code: 422, reason: error.reason, message: error.message });
    throw error;
  }
}

async function importImage({
  request,
  response,
  query,
  resource,
  backend,
  signal,
}: BerthCall): Promise<void> {
  const digest = query.get('digest') ?? '';
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw badRequest('digest: must be sha256: and 64 hexadecimal digits');
  sendJson(response, 201, {
    items: await backend.importImage(resource?.name ?? '', digest, request, signal),
  });
}

function portOf(query: URLSearchParams): number {
  const port = Number(query.get('port') ?? '22');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw badRequest('port: must be between 1 and 65535');
  return port;
}

function closedSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}

async function sendLog(
  { request, response, upgrade, view, backend, signal }: BerthCall,
  resource: ResourceRequest,
): Promise<void> {
  const pod = podOf(resource, view);
  const { name: container } = containerOf(pod, resource.query.get('container'));
  const host = hostOf(pod);
  const log = await backend.logs(host, logQuery(pod.metadata.uid ?? '', container, resource.query), signal);
  if (upgrade !== undefined && upgradeKind(request) === 'websocket')
    return sendMessages(request, response, upgrade, log);
  await sendStream(response, 'text/plain', log, signal);
}

async function sendBackup(
  response: ServerResponse,
  backend: BerthBackend,
  signal: AbortSignal,
): Promise<void> {
  if (backend.backup === undefined)
    throw new ApiError({
      code: 501,
      reason: 'NotImplemented',
      message: 'the store is in etcd: back it up with etcdctl snapshot save',
    });
  await sendStream(response, 'application/octet-stream', backend.backup(), signal);
}

async function sendStream(
  response: ServerResponse,
  type: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': type });
  response.flushHeaders();
  for await (const chunk of chunks) {
    if (!response.write(chunk)) await drained(response);
    if (signal.aborted) return;
  }
  response.end();
}

function logQuery(uid: string, container: string, query: URLSearchParams): LogQuery {
  const flag = (name: string): boolean => query.get(name) === 'true' || query.get(name) === '1';
  const count = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (!/^\d+$/.test(text))
      throw badRequest(`${name}: Invalid value: "${text}": must be a number greater than or equal to 0`);
    return Number(text);
  };
  const tailLines = count('tailLines');
  const sinceSeconds = count('sinceSeconds');
  const limitBytes = count('limitBytes');
  return {
    uid,
    container,
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}
