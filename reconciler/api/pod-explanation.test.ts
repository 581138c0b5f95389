import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedApi } from '../../test/sim/api-trial.ts';

const pods = '/api/v1/namespaces/default/pods';
const whyOf = (name: string): string => `/apis/berth.dev/v1alpha1/namespaces/default/pods/${name}/why`;
const jane = { 'impersonate-user': 'jane' };

test('a pod is explained node by node to who may ask', async (context) => {
  const { call } = await servedApi(context);
  const spec = { containers: [{ name: 'main', image: 'web:1' }] };
  assert.equal((await call(pods, { method: 'POST', body: { metadata: { name: 'web' }, spec } })).code, 201);
  const node = { metadata: { name: 'n1' }, spec: { unschedulable: true } };
  assert.equal((await call('/api/v1/nodes', { method: 'POST', body: node })).code, 201);
  const { code, body } = await call(whyOf('web'));
  assert.equal(code, 200);
  assert.equal(body['summary'], '0/1 nodes are available: 1 node(s) were unschedulable.');
  assert.deepEqual(body['nodes'], [
    {
      node: 'n1',
      filter: 'NodeUnschedulable',
      reasons: ['node(s) were unschedulable'],
      points: {},
      total: 0,
    },
  ]);
});

test('a pod that is not there is not found, and a write is not allowed', async (context) => {
  const { call } = await servedApi(context);
  const missing = await call(whyOf('web'));
  assert.deepEqual([missing.code, missing.body['message']], [404, 'pods "web" not found']);
  assert.equal((await call(whyOf('web'), { method: 'PUT', body: {} })).code, 405);
});

test('RBAC decides by the subresource, as for any other', async (context) => {
  const { call } = await servedApi(context);
  const refused = await call(whyOf('web'), { headers: jane });
  assert.equal(refused.code, 403);
  assert.match(String(refused.body['message']), /cannot get resource "pods\/why" in API group "berth.dev"/);
});
