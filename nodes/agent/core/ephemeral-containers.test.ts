import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EphemeralContainer, Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld } from '../../../test/sim/pod-world.ts';
import { compileContainer } from './container-spec.ts';

const image = { id: 'sha256:1', names: ['debug:1'], sizeBytes: 1, uid: 0, username: '' };

function podOf(spec: Partial<PodSpec> = {}): Pod {
  const metadata = { name: 'web', namespace: 'default', uid: 'u1' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'main', image: 'app:1' }], ...spec },
  };
}

function debug(world: PodWorld, container: Partial<EphemeralContainer> = {}): void {
  const added: EphemeralContainer = { name: 'debug', image: 'debug:1', ...container };
  world.pod = { ...podOf(), spec: { containers: [], ...world.pod?.spec, ephemeralContainers: [added] } };
  world.settle();
}

test('an ephemeral container starts in the sandbox of a pod that runs, and has a status of its own', () => {
  const world = new PodWorld(podOf());
  world.settle();
  debug(world);
  assert.deepEqual(world.trace.slice(-2), [
    't0 ensure-image debug',
    't0 start-container debug attempt 0 in sandbox-0',
  ]);
  const [status] = world.status?.ephemeralContainerStatuses ?? [];
  assert.deepEqual(status?.state, { running: { startedAt: 't0' } });
  assert.equal(status?.ready, false);
  assert.equal('started' in (status ?? {}), false);
  assert.equal(world.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
});

test('an ephemeral container that ended does not come back, and the pod does not care', () => {
  const world = new PodWorld(podOf());
  world.settle();
  debug(world);
  world.exit('debug', 3);
  world.runUntil(60_000);
  const [status] = world.status?.ephemeralContainerStatuses ?? [];
  assert.equal(status?.state?.terminated?.exitCode, 3);
  assert.equal(status?.restartCount, 0);
  assert.equal(world.status?.phase, 'Running');
  world.crashSandbox();
  world.runUntil(120_000);
  assert.equal(world.running('main')?.attempt, 1);
  assert.equal(world.running('debug'), undefined);
});

test('it starts while an init container waits, and ends with the pod', () => {
  const world = new PodWorld(podOf({ initContainers: [{ name: 'init', image: 'app:1' }] }));
  world.settle();
  debug(world);
  assert.ok(world.running('debug') !== undefined);
  assert.equal(world.running('main'), undefined);
  world.delete(5);
  world.settle();
  assert.ok(world.trace.includes('t0 stop-container debug grace 5'));
  assert.equal(world.gone, true);
});

test('it shares the processes of the container that it names, which has to be there', () => {
  const world = new PodWorld(podOf());
  world.settle();
  debug(world, { targetContainerName: 'main' });
  const container = world.pod?.spec?.ephemeralContainers?.[0];
  assert.ok(container !== undefined && world.pod !== undefined);
  const start = { pod: world.pod, container, image, attempt: 0, backoffMs: 0 };
  const compiled = compileContainer(world.input(), start);
  assert.ok(compiled.type === 'spec');
  assert.equal(compiled.spec.security.targetContainerId, world.running('main')?.id);
  const without = compileContainer(world.input({ ...world.observed, containers: [] }), start);
  assert.deepEqual(without, {
    type: 'problem',
    reason: 'CreateContainerConfigError',
    message: 'unable to find target container "main"',
  });
});
