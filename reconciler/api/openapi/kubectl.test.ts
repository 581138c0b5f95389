import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { columnsOf } from '../../core/printing/columns.ts';
import { made, nowMs } from '../../core/printing/printing-scenario.ts';
import { tableOf } from '../../core/printing/table.ts';
import { discoveryDocument } from '../discovery/discovery.ts';
import { type ApiDocument, answerOf, jsonDocument } from '../discovery/document.ts';
import { versionInfo } from '../health/version-info.ts';
import { openApi, view } from './openapi-scenario.ts';

const run = promisify(execFile);

let missing: string | false = false;
before(async () => {
  await run('kubectl', ['version', '--client']).catch(() => {
    missing = 'there is no kubectl on this machine';
  });
});

const pod = made({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default' },
  spec: { containers: [{ name: 'web' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'web', ready: true, restartCount: 0, state: { running: {} } }],
  },
});

function documentAt(path: string, request: IncomingMessage): ApiDocument | undefined {
  const { accept, host = '' } = request.headers;
  if (path === '/version') return jsonDocument(versionInfo('test'));
  if (path === '/api/v1/namespaces/default/pods') {
    const info = view.kinds.byGvk('v1', 'Pod');
    assert.ok(info !== undefined);
    const options = { nowMs, includeObject: 'Metadata', version: 'v1' } as const;
    return jsonDocument(tableOf([pod], columnsOf(info, view), options));
  }
  return discoveryDocument({ path, accept, host }, view.kinds) ?? openApi.document({ path, accept }, view);
}

/** Serves the documents, and takes whatever is posted. */
function serve(request: IncomingMessage, response: ServerResponse, posted: string[]): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://berth');
  if (request.method === 'POST') {
    posted.push(`${pathname}${search}`);
    response.writeHead(201, { 'content-type': 'application/json' });
    request.pipe(response);
    return;
  }
  const document = documentAt(pathname, request);
  if (document === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { code, contentType, body, headers } = answerOf(document, request.headers['if-none-match']);
  response.writeHead(code, { 'content-type': contentType, ...headers }).end(body);
}

interface Trial {
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly folder: string;
  readonly posted: readonly string[];
}

async function trial(context: TestContext): Promise<Trial> {
  const posted: string[] = [];
  const server = createServer((request, response) => serve(request, response, posted));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'berth-kubectl-'));
  context.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { port } = server.address() as AddressInfo;
  const fixed = ['--server', `http://127.0.0.1:${port}`, '--cache-dir', join(folder, 'cache')];
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('kubectl', [...fixed, ...args], {
      env: { PATH: process.env['PATH'], HOME: folder },
    });
    return stdout;
  };
  return { kubectl, folder, posted };
}

/** The words of each line. */
function words(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim().split(/\s+/).join(' '));
}

test('kubectl lists kinds, explains them, prints a table and checks what it creates', async (context) => {
  if (missing !== false) return context.skip(missing);
  const { kubectl, folder, posted } = await trial(context);
  const resources = words(await kubectl('api-resources'));
  for (const line of [
    'pods po v1 true Pod',
    'deployments deploy apps/v1 true Deployment',
    'horizontalpodautoscalers hpa autoscaling/v2 true HorizontalPodAutoscaler',
    'widgets example.com/v1 true Widget',
  ])
    assert.ok(resources.includes(line), line);
  const pods = words(await kubectl('get', 'pods'));
  assert.deepEqual(pods.slice(0, 2), ['NAME READY STATUS RESTARTS AGE', 'one 1/1 Running 0 5m']);
  const explained = words(await kubectl('explain', 'pod.spec.containers'));
  for (const line of ['KIND: Pod', 'FIELD: containers <[]Container>', 'name <string> -required-'])
    assert.ok(explained.includes(line), line);
  const recursive = words(await kubectl('explain', 'widget', '--recursive'));
  assert.ok(recursive.includes('size <integer> -required-'));
  const file = join(folder, 'map.yaml');
  await writeFile(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: default}\n');
  assert.equal(await kubectl('create', '-f', file), 'configmap/one created\n');
  assert.deepEqual(posted, [
    '/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create&fieldValidation=Strict',
  ]);
});
