import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { type Answer, type ApiTrial, servedApi } from '../../../test/sim/api-trial.ts';
import type { TestContext } from '../../../test/sim/memory-cluster.ts';

const pods = '/api/v1/namespaces/default/pods';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const merge = 'application/merge-patch+json';

async function withPod(context: TestContext): Promise<ApiTrial> {
  const trial = await servedApi(context);
  const metadata = { name: 'web', labels: { app: 'web' } };
  const body = { metadata, spec: { containers: [{ name: 'main', image: 'web:1' }] } };
  assert.equal((await trial.call(pods, { method: 'POST', body })).code, 201);
  return trial;
}

function live({ cluster }: ApiTrial): Pod | undefined {
  return cluster.view.get<Pod>('v1', 'Pod', 'default', 'web');
}

function refusal({ code, body }: Answer): readonly unknown[] {
  assert.deepEqual([body['kind'], body['status'], body['code']], ['Status', 'Failure', code]);
  return [code, body['reason'], body['message']];
}

test('a binding gives a pod its node, once', async (context) => {
  const trial = await withPod(context);
  const bind = (name: string): Promise<Answer> =>
    trial.call(`${pods}/web/binding`, {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web' }, target: { kind: 'Node', name } },
    });
  const bound = await bind('node-1');
  assert.deepEqual([bound.code, bound.body['status']], [201, 'Success']);
  assert.equal(live(trial)?.spec?.nodeName, 'node-1');
  const again = await bind('node-2');
  assert.deepEqual(refusal(again), [
    409,
    'Conflict',
    'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "node-1"',
  ]);
});

/** A running and ready pod under a budget that allows `allowed` disruptions. */
async function underBudget(trial: ApiTrial, allowed: number): Promise<void> {
  const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await trial.call(`${pods}/web/status`, { method: 'PATCH', body: { status: running }, type: merge });
  const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } };
  await trial.call(budgets, { method: 'POST', body: { metadata: { name: 'web' }, spec } });
  const status = {
    observedGeneration: 1,
    disruptionsAllowed: allowed,
    currentHealthy: 1,
    desiredHealthy: 1,
    expectedPods: 1,
  };
  const counted = await trial.call(`${budgets}/web/status`, {
    method: 'PATCH',
    body: { status },
    type: merge,
  });
  assert.equal(counted.code, 200);
}

const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } };

test('an eviction that the budget forbids is told to come back, and why', async (context) => {
  const trial = await withPod(context);
  await underBudget(trial, 0);
  const refused = await trial.call(`${pods}/web/eviction`, { method: 'POST', body: eviction });
  assert.deepEqual(refusal(refused), [
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
  ]);
  const { causes } = refused.body['details'] as { readonly causes: readonly object[] };
  assert.deepEqual(causes, [
    {
      reason: 'DisruptionBudget',
      message: 'The disruption budget web needs 1 healthy pods and has 1 currently',
    },
  ]);
  assert.equal(live(trial)?.metadata.deletionTimestamp, undefined);
});

test('an eviction that the budget allows spends one disruption of it', async (context) => {
  const trial = await withPod(context);
  await underBudget(trial, 1);
  const body = { ...eviction, deleteOptions: { gracePeriodSeconds: 0 } };
  const done = await trial.call(`${pods}/web/eviction`, { method: 'POST', body });
  assert.deepEqual([done.code, done.body['status']], [201, 'Success']);
  assert.equal(live(trial), undefined);
  const { body: budget } = await trial.call(`${budgets}/web`);
  const { disruptionsAllowed } = budget['status'] as { readonly disruptionsAllowed: number };
  assert.equal(disruptionsAllowed, 0);
});

test('an eviction of nobody is not found, and one of another name is a bad request', async (context) => {
  const trial = await withPod(context);
  const nobody = { ...eviction, metadata: { name: 'none' } };
  const missing = await trial.call(`${pods}/none/eviction`, { method: 'POST', body: nobody });
  assert.deepEqual(refusal(missing), [404, 'NotFound', 'pods "none" not found']);
  assert.equal((await trial.call(`${pods}/web/eviction`, { method: 'POST', body: nobody })).code, 400);
});

test('ephemeral containers are added on their own path alone', async (context) => {
  const trial = await withPod(context);
  const spec = { ephemeralContainers: [{ name: 'tools', image: 'tools:1' }] };
  const added = await trial.call(`${pods}/web/ephemeralcontainers`, {
    method: 'PATCH',
    body: { spec },
    type: merge,
  });
  assert.equal(added.code, 200);
  assert.deepEqual(
    live(trial)?.spec?.ephemeralContainers?.map(({ name }) => name),
    ['tools'],
  );
  const elsewhere = await trial.call(`${pods}/web`, {
    method: 'PATCH',
    body: { spec: { ephemeralContainers: [] } },
    type: merge,
  });
  assert.equal(elsewhere.code, 422);
});
