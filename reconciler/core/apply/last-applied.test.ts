import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplyScenario } from './apply-scenario.ts';
import { lastAppliedAnnotation } from './last-applied.ts';

const identity = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } };
const config = { ...identity, spec: { replicas: 1, paused: true } };

/** As `kubectl apply` without --server-side leaves it. */
function clientApplied(): ApplyScenario {
  const annotations = { [lastAppliedAnnotation]: JSON.stringify(config) };
  const scenario = new ApplyScenario();
  scenario.update(
    { ...config, metadata: { ...config.metadata, annotations } },
    { manager: 'kubectl-client-side-apply' },
  );
  return scenario;
}

test('kubectl takes over what it applied on the client side without a conflict, and keeps the annotation current', () => {
  const scenario = clientApplied();
  const next = { ...identity, spec: { replicas: 2, paused: true } };
  const result = scenario.apply(next, { manager: 'kubectl' });
  assert.equal(result.ok, true);
  const annotation = scenario.live?.metadata.annotations?.[lastAppliedAnnotation] ?? '';
  assert.deepEqual(JSON.parse(annotation), { ...next, metadata: { ...identity.metadata, annotations: {} } });
});

test('what somebody changed since the annotation was written is a conflict', () => {
  const scenario = clientApplied();
  scenario.update({ ...scenario.live, spec: { replicas: 9, paused: true } }, { manager: 'kubectl-edit' });
  const result = scenario.apply(
    { ...identity, spec: { replicas: 2, paused: false } },
    { manager: 'kubectl' },
  );
  assert.equal(
    result.ok || result.message,
    'Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas',
  );
});

test('for other managers, and with an annotation that is no JSON, conflicts stay conflicts', () => {
  const next = { ...identity, spec: { replicas: 2 } };
  assert.equal(clientApplied().apply(next, { manager: 'git' }).ok, false);
  const scenario = clientApplied();
  const annotations = { [lastAppliedAnnotation]: '{' };
  scenario.live = { ...identity, ...scenario.live, metadata: { ...scenario.live?.metadata, annotations } };
  assert.equal(scenario.apply(next, { manager: 'kubectl' }).ok, false);
});
