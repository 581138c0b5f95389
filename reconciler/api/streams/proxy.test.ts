import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import type { Pod, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type ApiTrial, servedApi } from '../../../test/sim/api-trial.ts';
import { submitted, type TestContext } from '../../../test/sim/memory-cluster.ts';
import { streamingHost } from '../../../test/sim/streaming-host.ts';
import type { BerthBackend } from '../berth-routes.ts';

const namespace = '/api/v1/namespaces/default';

/** A program in a pod: tells what it was asked. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = request;
  if (url === '/page') {
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' });
    return void response.end(gzipSync('<a href="/rewriteme">test</a>'));
  }
  if (url === '/moved') return void response.writeHead(302, { location: '/there' }).end();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const said = {
      method,
      url,
      body: Buffer.concat(chunks).toString(),
      authorization: headers.authorization,
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...said, uri: headers['x-forwarded-uri'] }));
  });
}

/** Connects to ports of this machine instead of pods. */
function diallingHost(asked: string[]): BerthBackend {
  return {
    ...streamingHost(),
    session: async (host, ask, input) => {
      assert.ok(ask.type === 'dial');
      asked.push(`${host} ${ask.address}`);
      const socket = connect(ask.port, '127.0.0.1');
      await once(socket, 'connect');
      void (async () => {
        for await (const chunk of input) socket.write(chunk);
        socket.end();
      })().catch(() => socket.destroy());
      return { protocol: '', output: socket };
    },
  };
}

interface ProxyTrial extends ApiTrial {
  readonly port: number;
  readonly asked: readonly string[];
}

async function served(context: TestContext): Promise<ProxyTrial> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => void server.close());
  const { port } = server.address() as AddressInfo;
  const asked: string[] = [];
  const trial = await servedApi(context, diallingHost(asked));
  const metadata = { name: 'web', namespace: 'default' };
  const container = { name: 'main', image: 'web:1', ports: [{ name: 'http', containerPort: port }] };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName: 'a', containers: [container] },
  };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ name: 'http', port: 80 }] },
  };
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [
      { addresses: ['10.42.0.8'], nodeName: 'b', conditions: { ready: false } },
      { addresses: ['10.42.0.7'], nodeName: 'a', conditions: { ready: true } },
    ],
    ports: [{ name: 'http', port }],
  };
  for (const object of [pod, service, slice]) await submitted(trial.cluster, { type: 'create', object });
  const stored = trial.cluster.view.get<Pod>('v1', 'Pod', 'default', 'web');
  assert.ok(stored);
  const object = { ...stored, status: { ...stored.status, podIP: '10.42.0.7' } };
  await submitted(trial.cluster, { type: 'update', scope: 'status', object });
  return { ...trial, port, asked };
}

test('a request goes to the pod with its method, path, query and body', async (context) => {
  const { call, asked } = await served(context);
  const { code, body } = await call(`${namespace}/pods/web/proxy/a%20b/c?d=e`, {
    method: 'PUT',
    body: { x: 1 },
  });
  const uri = `${namespace}/pods/web/proxy/a%20b/c`;
  assert.deepEqual([code, body], [200, { method: 'PUT', url: '/a%20b/c?d=e', body: '{"x":1}', uri }]);
  assert.deepEqual(asked, ['a 10.42.0.7']);
});

test('a Service is reached at an endpoint that is ready, by the name or number of its port', async (context) => {
  const { call, asked } = await served(context);
  for (const id of ['web:http', 'web:80', 'http:web:http'])
    assert.equal((await call(`${namespace}/services/${id}/proxy/x`)).body['url'], '/x');
  assert.deepEqual(asked, Array(3).fill('a 10.42.0.7'));
});

test('links of pages and places to go lead through the proxy', async (context) => {
  const { call, port } = await served(context);
  const prefix = `${namespace}/pods/web:${port}/proxy`;
  const { body } = await call(`${prefix}/page`);
  assert.equal(body['text'], `<a href="${prefix}/rewriteme">test</a>`);
  assert.equal((await call(`${prefix}/moved`)).code, 302);
  assert.equal((await call(prefix)).code, 301);
});

const refusals: readonly (readonly [path: string, code: number, message: RegExp])[] = [
  ['pods/none/proxy/', 404, /^pods "none" not found$/],
  ['pods/a:b:c:d/proxy/', 400, /^invalid pod request "a:b:c:d"$/],
  ['services/web:81/proxy/', 503, /^no service port 81 found for service "web"$/],
  ['services/web/proxy/', 503, /^no endpoints available for service "web"$/],
];
for (const [path, expected, message] of refusals) {
  test(`refused with ${expected}: ${path}`, async (context) => {
    const { call } = await served(context);
    const { code, body } = await call(`${namespace}/${path}`);
    assert.equal(code, expected);
    assert.match(String(body['message']), message);
  });
}
