import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld } from '../../../test/sim/pod-world.ts';
import { planPod } from './plan-pod.ts';
import type { Container as ObservedContainer } from './runtime-model.ts';

const names = ['init-0', 'init-1', 'side', 'main-0', 'main-1'] as const;

const pods: fc.Arbitrary<Pod> = fc
  .record({
    restartPolicy: fc.constantFrom('Always', 'OnFailure', 'Never'),
    inits: fc.integer({ min: 0, max: 2 }),
    sidecar: fc.boolean(),
    mains: fc.integer({ min: 1, max: 2 }),
    hostPort: fc.boolean(),
  })
  .map(({ restartPolicy, inits, sidecar, mains, hostPort }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: {
      restartPolicy,
      initContainers: [
        ...names.slice(0, inits).map((name) => ({ name, image: 'init:1' })),
        ...(sidecar ? [{ name: 'side', image: 'side:1', restartPolicy: 'Always' }] : []),
      ],
      containers: names.slice(3, 3 + mains).map((name) => ({
        name,
        image: 'app:1',
        ...(hostPort && name === 'main-0' ? { ports: [{ containerPort: 80, hostPort: 8080 }] } : {}),
      })),
    },
  }));

type Happening =
  | { readonly type: 'exit'; readonly name: string; readonly exitCode: number }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'sandbox dies' }
  | { readonly type: 'image lost' | 'image back' };

const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant('exit' as const),
      name: fc.constantFrom(...names),
      exitCode: fc.constantFrom(0, 1),
    }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 700_000 }) }),
    fc.record({
      type: fc.constantFrom('sandbox dies' as const, 'image lost' as const, 'image back' as const),
    }),
  ),
  { maxLength: 12 },
);

function happen(world: PodWorld, happening: Happening): void {
  switch (happening.type) {
    case 'exit':
      world.exit(happening.name, happening.exitCode);
      return;
    case 'wait':
      world.runUntil(world.nowMs + happening.ms);
      return;
    case 'sandbox dies':
      world.crashSandbox();
      return;
    case 'image lost':
      world.images = new Set();
      return;
    case 'image back':
      world.images = undefined;
  }
}

function checkInvariants(world: PodWorld): void {
  const running = world.containers.filter(({ state }) => state.type === 'running');
  assert.equal(new Set(running.map(({ name }) => name)).size, running.length, 'one container per name');
  const again = planPod(world.input());
  assert.deepEqual(again.operations, [], 'planned twice is planned once');
  assert.ok((again.wakeAtMs ?? Infinity) > world.nowMs, 'what is due now is done now');
  assert.ok(world.sandboxes.filter(({ ready }) => ready).length <= 1, 'one sandbox');
  for (const name of names) {
    const dead = world.containers.filter(
      (container) => container.name === name && container.state.type === 'exited',
    );
    assert.ok(dead.length <= 2, 'dead containers do not pile up');
  }
}

test('whatever happens, plans settle, hold the invariants, and deletion leaves nothing', () => {
  fc.assert(
    fc.property(pods, happenings, (pod, list) => {
      const world = new PodWorld(pod);
      world.settle();
      for (const happening of list) {
        happen(world, happening);
        world.settle();
        checkInvariants(world);
      }
      world.delete(3);
      world.settle();
      assert.ok(world.gone);
      assert.deepEqual([world.sandboxes, world.containers, world.publishedPorts], [[], [], []]);
    }),
    { numRuns: 300 },
  );
});

test('a terminal phase is final, and nothing runs in it', () => {
  fc.assert(
    fc.property(pods, happenings, (pod, list) => {
      const world = new PodWorld(pod);
      world.settle();
      let terminal: string | undefined;
      for (const happening of list) {
        happen(world, happening);
        world.settle();
        const phase = world.status?.phase;
        if (terminal !== undefined) assert.equal(phase, terminal);
        if (phase === 'Succeeded' || phase === 'Failed') {
          terminal = phase;
          assert.equal(
            world.containers.some(({ state }) => state.type === 'running'),
            false,
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('main containers never run before the init containers of their sandbox have ended well', () => {
  fc.assert(
    fc.property(pods, happenings, (pod, list) => {
      const world = new PodWorld(pod);
      const inits = (pod.spec?.initContainers ?? []).filter(
        ({ restartPolicy }) => restartPolicy === undefined,
      );
      world.settle();
      for (const happening of list) {
        happen(world, happening);
        world.settle();
        const main = world.running('main-0') ?? world.running('main-1');
        if (main === undefined) continue;
        for (const { name } of inits) {
          const init: ObservedContainer | undefined = world.containers.find(
            (container) => container.name === name && container.sandboxId === main.sandboxId,
          );
          assert.ok(init?.state.type === 'exited' && init.state.exitCode === 0, `${name} has not ended well`);
        }
      }
    }),
    { numRuns: 300 },
  );
});
