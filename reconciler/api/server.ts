/** The API's HTTP server: routes by path, reads bodies within bounds, answers every error as a Status. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ClusterAccess } from '../core/model/access.ts';
import { kindOf } from '../core/model/object.ts';
import type { Clock, Logger } from '../core/ports.ts';
import { ApiError, badRequest, notBuilt, sendJson, sendProblem } from './answer.ts';
import { type BerthBackend, berthRoutes } from './berth-routes.ts';
import { parseResourcePath, refOfRequest, type ResourceRequest } from './request.ts';
import { getObject, listObjects, watchObjects } from './verbs/read.ts';
import { createObject, deleteObject, patchObject, replaceObject } from './verbs/write.ts';
import { WatchCache } from './watch-cache.ts';

/** kube-apiserver's limit of a request body. */
const bodyBytesMax = 3 * 1024 * 1024;

export interface ApiPorts {
  readonly cluster: ClusterAccess;
  readonly backend: BerthBackend;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
}

/** An API server that does not listen yet. */
export function createApiServer(ports: ApiPorts): Server {
  const cache = new WatchCache(ports.cluster);
  const server = createServer((request, response) => {
    handle(request, response, ports, cache).catch((error: unknown) => {
      if (error instanceof ApiError) return sendProblem(response, error.problem);
      ports.logger.error('a request failed', {
        method: request.method,
        url: request.url,
        error: String(error),
      });
      const message = `an error on the server has prevented the request from succeeding: ${String(error)}`;
      return sendProblem(response, { code: 500, reason: 'InternalError', message });
    });
  });
  // A watch and a followed log have no end.
  server.requestTimeout = 0;
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  ports: ApiPorts,
  cache: WatchCache,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://berth');
  const { pathname, searchParams } = url;
  if (pathname === '/version') {
    return sendJson(response, 200, {
      major: '1',
      minor: '36',
      gitVersion: `v1.36.0+berth-${ports.version}`,
      platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    });
  }
  if (pathname === '/healthz' || pathname === '/readyz' || pathname === '/livez') {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('ok');
    return;
  }
  const resource = parseResourcePath(pathname, searchParams);
  if (await berthRoutes(request, response, url, resource, ports.backend, ports.cluster.view)) return;
  if (resource === undefined) {
    throw new ApiError({
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
  }
  await serveResource(request, response, resource, ports, cache);
}

async function serveResource(
  request: IncomingMessage,
  response: ServerResponse,
  resource: ResourceRequest,
  ports: ApiPorts,
  cache: WatchCache,
): Promise<void> {
  const { cluster, clock } = ports;
  const method = request.method ?? 'GET';
  if (resource.subresource !== '' && resource.subresource !== 'status')
    throw notBuilt(`the subresource ${resource.subresource}`);
  if (method === 'GET') {
    if (resource.query.get('watch') === 'true' || resource.query.get('watch') === '1')
      return watchObjects(resource, cluster, cache, response);
    return resource.name === ''
      ? listObjects(resource, cluster, response)
      : getObject(resource, cluster, response);
  }
  const info = kindOf(refOfRequest(resource));
  const manager =
    resource.query.get('fieldManager') ??
    (request.headers['user-agent'] ?? 'unknown').split('/')[0] ??
    'unknown';
  const context = { cluster, nowMs: () => clock.now(), manager };
  const body = await readJson(request);
  if (method === 'POST' && resource.name === '')
    return sendJson(response, 201, await createObject(resource, body, context));
  if (method === 'PUT' && resource.name !== '')
    return sendJson(response, 200, await replaceObject(resource, body, context));
  if (method === 'PATCH' && resource.name !== '') {
    const contentType = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
    return sendJson(response, 200, await patchObject(resource, contentType, body, context));
  }
  if (method === 'DELETE' && resource.name !== '')
    return sendJson(response, 200, await deleteObject(resource, body, context));
  const message = `the server does not allow this method on the requested resource (${method} ${info.plural})`;
  throw new ApiError({ code: 405, reason: 'MethodNotAllowed', message });
}

/** The body as JSON; undefined where there is none. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) {
      throw new ApiError({
        code: 413,
        reason: 'RequestEntityTooLarge',
        message: `the body is larger than ${bodyBytesMax} bytes`,
      });
    }
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw badRequest(`the body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
