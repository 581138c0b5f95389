import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareByWave, waveOf } from './waves.ts';
import { applicationsOf } from './ownership.ts';
import { SyncScenario } from './sync-scenario.ts';

const word = fc.constantFrom('a', 'b', 'c');
const map = fc.dictionary(word, word, { maxKeys: 3 });
const metadata = fc.record({
  name: word,
  namespace: fc.constant('shop'),
  labels: fc.option(map, { nil: undefined }),
});

const configMap = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('ConfigMap'),
  metadata,
  data: fc.option(map, { nil: undefined }),
});
const secret = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('Secret'),
  metadata,
  stringData: map,
});
const service = fc
  .record({
    metadata,
    ports: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    type: fc.constantFrom('ClusterIP', 'NodePort'),
  })
  .map(({ metadata: meta, ports, type }) => {
    const list = ports.map((port) => ({ port, name: `p${port}` }));
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta,
      spec: { type, selector: { app: 'x' }, ports: list },
    };
  });
const deployment = fc
  .record({
    metadata,
    replicas: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    images: fc.dictionary(word, word, { minKeys: 1, maxKeys: 3 }),
    env: map,
  })
  .map(({ metadata: meta, replicas, images, env }) => {
    const list = Object.entries(env).map(([name, value]) => ({ name, value }));
    const containers = Object.entries(images).map(([name, image]) => ({ name, image, env: list }));
    const template = { metadata: { labels: { app: 'x' } }, spec: { containers } };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta,
      spec: { replicas, selector: { matchLabels: { app: 'x' } }, template },
    };
  });

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const repository = fc
  .uniqueArray(fc.oneof(configMap, secret, service, deployment), {
    maxLength: 6,
    selector: (object) => `${object.kind}/${object.metadata.name}`,
  })
  .map((objects) => [namespace, ...objects].map((object) => JSON.parse(JSON.stringify(object)) as object));

test('from any state to any other in one plan, and the next plan is empty', () => {
  fc.assert(
    fc.property(fc.array(repository, { minLength: 1, maxLength: 4 }), (states) => {
      const scenario = new SyncScenario();
      for (const objects of states) {
        const plan = scenario.sync(objects);
        assert.deepEqual(plan.problems, []);
        const again = scenario.plan(objects);
        assert.deepEqual(again.steps, []);
        assert.equal(again.unchanged, objects.length);
      }
    }),
    { numRuns: 60 },
  );
});

test('after a plan exactly the objects of the repository are the application’s', () => {
  fc.assert(
    fc.property(repository, repository, (first, second) => {
      const scenario = new SyncScenario();
      scenario.sync(first);
      scenario.sync(second);
      const owned = ['ConfigMap', 'Secret', 'Service']
        .flatMap((kind) => scenario.view.list('v1', kind))
        .filter((object) => applicationsOf(object).includes('shop'));
      const wanted = second.filter((object) =>
        ['ConfigMap', 'Secret', 'Service'].includes((object as { kind: string }).kind),
      );
      assert.equal(owned.length, wanted.length);
    }),
    { numRuns: 60 },
  );
});

test('steps never come before what their wave waits for, and prunes come last', () => {
  fc.assert(
    fc.property(repository, repository, (first, second) => {
      const scenario = new SyncScenario();
      scenario.sync(first);
      const { steps, waves } = scenario.plan(second);
      const applied = steps.filter(({ action }) => action !== 'prune');
      const pruned = steps.filter(({ action }) => action === 'prune');
      assert.deepEqual(steps, [...applied, ...pruned]);
      assert.deepEqual(
        applied,
        [...applied].sort((a, b) => compareByWave(a.ref, b.ref)),
      );
      assert.deepEqual(
        pruned.map(({ ref }) => waveOf(ref)),
        pruned.map(({ ref }) => waveOf(ref)).sort((a, b) => b - a),
      );
      assert.deepEqual(
        waves.flatMap((wave) => wave.steps),
        steps,
      );
    }),
    { numRuns: 60 },
  );
});
