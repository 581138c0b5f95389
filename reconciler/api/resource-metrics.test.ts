import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { builtInKinds } from '../../schemas/kinds.ts';
import type { KubeObject } from '../core/model/object.ts';
import { refOf } from '../core/model/object.ts';
import type { UsageSource } from '../core/model/usage.ts';
import { MutableView } from '../core/model/view.ts';
import { LinkError } from '../core/ports.ts';
import type { Answer } from './answer.ts';
import { ApiError } from './api-error.ts';
import { discoveryDocument } from './discovery/discovery.ts';
import { parseRequest } from './request.ts';
import { resourceMetrics, withMetrics } from './resource-metrics.ts';

const base = '/apis/metrics.k8s.io/v1beta1';
const atMs = Date.parse('2026-01-02T03:04:05Z');
const measured = { atMs, windowMs: 15_000 };

const source: UsageSource = {
  node: (name) => (name === 'n1' ? { ...measured, cpuMilli: 1500, memoryBytes: 3 * 2 ** 30 } : undefined),
  pod: (uid) =>
    uid === 'web-uid'
      ? { ...measured, containers: [{ name: 'main', cpuMilli: 20, memoryBytes: 1500 }] }
      : undefined,
};

function viewOf(): MutableView {
  const view = new MutableView();
  const pod = (name: string, labels: Readonly<Record<string, string>>): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop', uid: `${name}-uid`, labels },
      status: { phase: 'Running' },
    }) as KubeObject;
  const objects: readonly KubeObject[] = [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { zone: 'a' } } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' } },
    pod('web', { app: 'web' }),
    pod('new', { app: 'web' }),
  ];
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

async function asked(url: string, usage = async () => source, method = 'GET'): Promise<Answer | undefined> {
  const attributes = parseRequest(method, url);
  assert.ok(attributes !== undefined);
  const view = viewOf();
  const route = resourceMetrics({ view: () => view, usage });
  return route(attributes, { method } as IncomingMessage, { name: 'jane', groups: [] });
}

test('a node and a pod are told of as metrics-server tells of them', async () => {
  assert.deepEqual((await asked(`${base}/nodes/n1`))?.body, {
    kind: 'NodeMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name: 'n1', labels: { zone: 'a' }, creationTimestamp: '2026-01-02T03:04:05Z' },
    timestamp: '2026-01-02T03:04:05Z',
    window: '15s',
    usage: { cpu: '1500m', memory: '3145728Ki' },
  });
  const pod = (await asked(`${base}/namespaces/shop/pods/web`))?.body as { containers: unknown };
  assert.deepEqual(pod.containers, [{ name: 'main', usage: { cpu: '20m', memory: '2Ki' } }]);
});

test('lists have what was measured, by labels where that is asked for', async () => {
  const names = async (url: string): Promise<readonly string[]> => {
    const { items } = (await asked(url))?.body as { items: readonly { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  };
  assert.deepEqual(await names(`${base}/pods`), ['web']);
  assert.deepEqual(await names(`${base}/namespaces/other/pods`), []);
  assert.deepEqual(await names(`${base}/nodes?labelSelector=zone%3Da`), ['n1']);
  assert.deepEqual(await names(`${base}/nodes?labelSelector=zone%3Db`), []);
});

test('what was not measured is not found, and nothing can be written or watched', async () => {
  const code = async (promise: Promise<unknown>): Promise<number> => {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof ApiError ? error.problem.code : 0;
  };
  assert.equal(await code(asked(`${base}/nodes/n2`)), 404);
  assert.equal(await code(asked(`${base}/namespaces/shop/pods/new`)), 404);
  assert.equal(await code(asked(`${base}/secrets`)), 404);
  assert.equal(await code(asked(`${base}/nodes?watch=true`)), 405);
  assert.equal(await code(asked(`${base}/nodes`, async () => source, 'POST')), 405);
  const elsewhere = async (): Promise<never> => {
    throw new LinkError('NotLeading', 'another one leads');
  };
  assert.equal(await code(asked(`${base}/nodes`, elsewhere)), 503);
});

test('paths of other groups are left to others', async () => {
  assert.equal(await asked('/apis/apps/v1/deployments'), undefined);
});

test('discovery tells of the group, which the stored kinds do not have', () => {
  const request = { path: '/apis/metrics.k8s.io/v1beta1', accept: undefined, host: 'localhost' };
  assert.equal(discoveryDocument(request, builtInKinds), undefined);
  assert.notEqual(discoveryDocument(request, withMetrics(builtInKinds)), undefined);
  assert.equal(withMetrics(builtInKinds), withMetrics(builtInKinds));
});
