import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../model/object.ts';
import { ApplyScenario } from './apply-scenario.ts';
import { compareValues } from './compare.ts';
import { extractFields } from './extract.ts';
import { difference, type FieldSet, union } from './field-set.ts';
import { mergeValues } from './merge.ts';
import { shapeOfKind } from './merge-shape.ts';
import { withNamedFields } from './remove.ts';
import { isEmptyMap, isMap } from './typed-value.ts';

const shape = shapeOfKind('v1', 'Pod');
const word = fc.constantFrom('a', 'b', 'c', 'd');
const labels = fc.dictionary(word, word, { minKeys: 1, maxKeys: 3 });
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const unique = <T extends object>(item: fc.Arbitrary<T>, key: (one: T) => unknown): fc.Arbitrary<T[]> =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: key });

/** Pods without nulls and without what is empty, which does not outlive what others add: granular and atomic maps, sets, lists with one key and with a defaulted one. */
const port = fc.record({
  containerPort: fc.integer({ min: 1, max: 3 }),
  protocol: optional(fc.constantFrom('TCP', 'UDP')),
  name: optional(word),
});
const container = fc.record({
  name: word,
  image: optional(word),
  args: optional(fc.array(word, { maxLength: 2 })),
  env: optional(unique(fc.record({ name: word, value: optional(word) }), ({ name }) => name)),
  ports: optional(unique(port, ({ containerPort, protocol = 'TCP' }) => `${containerPort}${protocol}`)),
  resources: optional(fc.record({ limits: optional(labels) })),
});
const pod = fc
  .record({
    metadata: fc.record({
      name: fc.constant('p'),
      labels: optional(labels),
      finalizers: optional(fc.uniqueArray(word, { minLength: 1, maxLength: 3 })),
    }),
    spec: optional(
      fc.record({
        nodeSelector: optional(labels),
        hostname: optional(word),
        containers: optional(unique(container, ({ name }) => name)),
      }),
    ),
  })
  .map(
    (one) => JSON.parse(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...one }), dropEmpty) as KubeObject,
  );

function dropEmpty(_name: string, value: unknown): unknown {
  return isMap(value) && isEmptyMap(value) ? undefined : value;
}

const step = fc.record({ config: pod, manager: fc.constantFrom('a', 'b', 'c'), update: fc.boolean() });
const script = fc.array(step, { minLength: 1, maxLength: 6 });

function play(steps: readonly { config: KubeObject; manager: string; update: boolean }[]): ApplyScenario {
  const scenario = new ApplyScenario();
  for (const { config, manager, update } of steps) {
    const managedFields = scenario.live?.metadata.managedFields ?? [];
    if (update) scenario.update({ ...config, metadata: { ...config.metadata, managedFields } }, { manager });
    else assert.equal(scenario.apply(config, { manager, force: true }).ok, true);
  }
  return scenario;
}

/** Whether everything in `part` is in the object with the same value; items of merging lists in any order. */
function contains(object: KubeObject, part: KubeObject): boolean {
  const { added, modified, removed } = compareValues(object, mergeValues(object, part, shape), shape);
  return added.size === 0 && modified.size === 0 && removed.size === 0;
}

function fieldsOf(object: unknown): FieldSet {
  return withNamedFields(extractFields(object as object, shape), shape);
}

test('an applied configuration is in the object, and owned', () => {
  fc.assert(
    fc.property(script, pod, (steps, config) => {
      const scenario = play(steps);
      scenario.apply(config, { manager: 'a', force: true });
      assert.ok(contains(scenario.object as KubeObject, config));
      const missing = difference(fieldsOf(config), fieldsOf(scenario.object));
      assert.equal(missing.size, 0);
    }),
  );
});

test('applying twice is a no-op, also on objects from JSON', () => {
  fc.assert(
    fc.property(script, pod, (steps, config) => {
      const scenario = play(steps);
      scenario.apply(config, { manager: 'a', force: true });
      const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
      scenario.live = copy(scenario.live);
      const before = scenario.live;
      const result = scenario.apply(copy(config), { manager: 'a', force: true });
      assert.equal(result.ok && result.changed, false);
      assert.equal(scenario.live, before);
    }),
  );
});

test('a second applier without conflicts takes nothing from the first', () => {
  fc.assert(
    fc.property(pod, pod, (first, second) => {
      const scenario = new ApplyScenario();
      scenario.apply(first, { manager: 'a' });
      const before = scenario.owners['a/Apply'];
      if (scenario.apply(second, { manager: 'b' }).ok) {
        assert.deepEqual(scenario.owners['a/Apply'], before);
        assert.ok(contains(scenario.object as KubeObject, first));
      }
    }),
  );
});

test('what one applier adds to another’s object is gone when it applies nothing', () => {
  fc.assert(
    fc.property(pod, pod, (first, second) => {
      const scenario = new ApplyScenario();
      scenario.apply(first, { manager: 'a' });
      if (!scenario.apply(second, { manager: 'b' }).ok) return;
      scenario.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }, { manager: 'b' });
      const left = difference(fieldsOf(scenario.object), fieldsOf(first));
      assert.equal(left.size, 0);
      assert.ok(contains(scenario.object as KubeObject, first));
    }),
  );
});

test('no comparison calls the same field added and removed, and equal objects do not differ', () => {
  fc.assert(
    fc.property(pod, pod, (before, after) => {
      const change = compareValues(before, after, shape);
      const back = compareValues(after, before, shape);
      assert.deepEqual(change.added, back.removed);
      assert.deepEqual(change.modified, back.modified);
      const same = compareValues(before, structuredClone(before), shape);
      assert.equal(union(union(same.added, same.modified), same.removed).size, 0);
    }),
  );
});
