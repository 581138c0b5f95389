import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld } from '../../../test/sim/pod-world.ts';

function podOf(spec: Partial<PodSpec>, container: Partial<Container> = {}): Pod {
  const main: Container = { name: 'main', image: 'app:1', ...container };
  const metadata = { name: 'web', namespace: 'default', uid: 'u1' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [main], ...spec } };
}

function golden(world: PodWorld, expected: readonly string[]): void {
  assert.deepEqual(world.trace, expected);
}

test('a pod starts: volumes, images and the sandbox side by side, then its containers in order', () => {
  const containers = [
    { name: 'main', image: 'app:1', ports: [{ containerPort: 80, hostPort: 8080 }] },
    { name: 'helper', image: 'helper:1' },
  ];
  const world = new PodWorld(podOf({ containers }));
  world.settle();
  golden(world, [
    't0 prepare-volumes',
    't0 ensure-image main',
    't0 ensure-image helper',
    't0 run-sandbox',
    't0 start-container main attempt 0 in sandbox-0',
    't0 start-container helper attempt 0 in sandbox-0',
    't0 publish-ports 8080',
  ]);
  assert.equal(world.status?.phase, 'Running');
});

test('a crashing container is restarted at once, then after 10 s, 20 s, … up to 5 minutes', () => {
  const world = new PodWorld(podOf({}));
  const startsMs: number[] = [];
  for (let crash = 0; crash < 9; crash++) {
    world.runUntil(world.nowMs);
    while (world.running('main') === undefined) world.nowMs = world.settle() ?? world.nowMs;
    startsMs.push(world.nowMs);
    world.exit('main', 1);
  }
  const waitsSeconds = startsMs.slice(1).map((ms, index) => (ms - (startsMs[index] ?? 0)) / 1000);
  assert.deepEqual(waitsSeconds, [0, 10, 20, 40, 80, 160, 300, 300]);
  world.runUntil(world.nowMs + 299_000);
  assert.equal(world.running('main'), undefined);
  assert.equal(world.status?.containerStatuses?.[0]?.state?.waiting?.reason, 'CrashLoopBackOff');
});

test('a container that ran for ten minutes starts over without a wait', () => {
  const world = new PodWorld(podOf({}));
  world.settle();
  for (const untilMs of [1000, 2000]) {
    world.exit('main', 1);
    world.runUntil(untilMs);
  }
  world.runUntil(20_000);
  assert.equal(world.running('main')?.memo.backoffMs, 20_000);
  world.runUntil(20_000 + 600_000);
  world.exit('main', 1);
  world.settle();
  assert.equal(world.running('main')?.memo.backoffMs, 10_000);
});

test('init containers run one by one; a failed one is tried again; the main one waits', () => {
  const initContainers = [
    { name: 'a', image: 'init:1' },
    { name: 'b', image: 'init:1' },
  ];
  const world = new PodWorld(podOf({ initContainers }));
  world.settle();
  assert.equal(world.status?.containerStatuses?.[0]?.state?.waiting?.reason, 'PodInitializing');
  world.exit('a', 1);
  world.settle();
  world.exit('a', 0);
  world.settle();
  world.exit('b', 0);
  world.settle();
  golden(world, [
    't0 prepare-volumes',
    't0 ensure-image a',
    't0 ensure-image b',
    't0 ensure-image main',
    't0 run-sandbox',
    't0 start-container a attempt 0 in sandbox-0',
    't0 ensure-image a',
    't0 start-container a attempt 1 in sandbox-0',
    't0 start-container b attempt 0 in sandbox-0',
    't0 start-container main attempt 0 in sandbox-0',
  ]);
});

test('with restart policy Never a failed init container fails the pod', () => {
  const world = new PodWorld(
    podOf({ restartPolicy: 'Never', initContainers: [{ name: 'a', image: 'init:1' }] }),
  );
  world.settle();
  world.exit('a', 3);
  world.settle();
  assert.equal(world.status?.phase, 'Failed');
  assert.equal(world.trace.at(-1), 't0 stop-sandbox/sandbox-0');
});

test('a sidecar starts before the main container and is stopped after it, also when the pod completes', () => {
  const initContainers = [{ name: 'side', image: 'side:1', restartPolicy: 'Always' }];
  const world = new PodWorld(podOf({ restartPolicy: 'Never', initContainers }));
  world.settle();
  world.exit('main', 0);
  world.settle();
  golden(world, [
    't0 prepare-volumes',
    't0 ensure-image side',
    't0 ensure-image main',
    't0 run-sandbox',
    't0 start-container side attempt 0 in sandbox-0',
    't0 start-container main attempt 0 in sandbox-0',
    't0 stop-container side grace 30',
    't0 stop-sandbox/sandbox-0',
  ]);
  assert.equal(world.status?.phase, 'Succeeded');
});

test('a terminating pod gives its ports back, ends its containers, then its sandbox, then its files', () => {
  const world = new PodWorld(podOf({}, { ports: [{ containerPort: 80, hostPort: 8080 }] }));
  world.settle();
  world.trace.length = 0;
  world.delete(5);
  world.settle();
  golden(world, [
    't0 publish-ports',
    't0 stop-container main grace 5',
    't0 stop-sandbox/sandbox-0',
    't0 remove-sandbox/sandbox-0',
    't0 remove-files',
  ]);
  assert.ok(world.gone);
  assert.equal(world.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 143);
});

test('a pod that is not desired any more goes with the grace that its containers were made with', () => {
  const world = new PodWorld(podOf({ terminationGracePeriodSeconds: 7 }));
  world.settle();
  world.pod = undefined;
  world.trace.length = 0;
  world.settle();
  assert.equal(world.trace[0], 't0 stop-container main grace 7');
  assert.ok(world.gone);
});

test('after its sandbox died a pod gets a new one and everything in it starts again', () => {
  const initContainers = [{ name: 'a', image: 'init:1' }];
  const world = new PodWorld(podOf({ initContainers }));
  world.settle();
  world.exit('a', 0);
  world.settle();
  world.trace.length = 0;
  world.crashSandbox();
  world.settle();
  world.exit('a', 0);
  world.settle();
  golden(world, [
    't0 ensure-image a',
    't0 ensure-image main',
    't0 run-sandbox',
    't0 start-container a attempt 1 in sandbox-3',
    't0 start-container main attempt 1 in sandbox-3',
    't0 remove-sandbox/sandbox-0',
  ]);
  assert.equal(world.status?.podIP, '10.0.0.2');
});

test('images that cannot be pulled are tried again after 10 s, 20 s, …; the status says why', () => {
  const world = new PodWorld(podOf({}));
  world.images = new Set();
  world.runUntil(0);
  assert.equal(world.status?.containerStatuses?.[0]?.state?.waiting?.reason, 'ErrImagePull');
  world.runUntil(5000);
  assert.equal(world.status?.containerStatuses?.[0]?.state?.waiting?.reason, 'ImagePullBackOff');
  world.runUntil(75_000);
  const tries = world.trace.filter((line) => line.endsWith('ensure-image main'));
  assert.deepEqual(
    tries,
    ['t0', 't10', 't30', 't70'].map((time) => `${time} ensure-image main`),
  );
  world.images = undefined;
  world.runUntil(400_000);
  assert.equal(world.status?.phase, 'Running');
});

test('a pod with its own network waits for the network, one on the host’s does not', () => {
  const waiting = new PodWorld(podOf({}));
  waiting.host = { ...waiting.host, networkReady: false };
  waiting.settle();
  assert.deepEqual(waiting.sandboxes, []);
  assert.ok(waiting.trace.some((line) => line.includes('NetworkNotReady')));
  const onHost = new PodWorld(podOf({ hostNetwork: true }));
  onHost.host = waiting.host;
  onHost.settle();
  assert.equal(onHost.status?.phase, 'Running');
  assert.equal(onHost.status.podIP, '192.0.2.1');
});

test('a changed image restarts its container alone', () => {
  const world = new PodWorld(podOf({}));
  world.settle();
  world.trace.length = 0;
  world.pod = podOf({}, { image: 'app:2' });
  world.settle();
  golden(world, [
    't0 stop-container main grace 30',
    't0 ensure-image main',
    't0 start-container main attempt 1 in sandbox-0',
  ]);
});
