import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from './json-value.ts';
import { PatchError } from './patch-error.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

const pod = 'io.k8s.api.core.v1.Pod';

function containers(...list: object[]): JsonObject {
  return { spec: { containers: list } };
}

function named(...names: string[]): object[] {
  return names.map((name) => ({ name }));
}

const refused: readonly [string, unknown, number, RegExp, JsonObject?][] = [
  ['what is no object', [], 400, /cannot unmarshal array into Go value of type map\[string\]interface \{\}/],
  [
    'an unknown directive',
    { spec: { $patch: 'x' } },
    400,
    /^unknown patch type: x in map: map\[\$patch:x\]$/,
    { spec: {} },
  ],
  ['$patch: merge, which is none', { $patch: 'merge' }, 400, /^unknown patch type: merge/],
  ['$patch: merge of an item', containers({ name: 'a', $patch: 'merge' }), 400, /merging lists cannot yet/],
  ['an unknown directive of an item', containers({ name: 'a', $patch: 'y' }), 400, /^unknown patch type: y/],
  [
    'an item without its key',
    containers({ image: 'x', args: ['b'] }),
    400,
    /^map: map\[args:\[b\] image:x\] does not contain declared merge key: name$/,
  ],
  [
    'a deleted item without its key',
    containers({ $patch: 'delete' }),
    400,
    /does not contain declared merge key/,
  ],
  [
    'items of several types',
    containers({ name: 'a' }, 'b' as unknown as object),
    400,
    /types are not identical/,
  ],
  ['lists of lists', containers([] as object), 422, /lists of lists/],
  [
    'retained keys that are no list',
    { spec: { $retainKeys: 'x' } },
    400,
    /invalid patch format of retainKeys/,
  ],
  [
    'more than the retained keys',
    { spec: { $retainKeys: ['a'], hostname: 'h' } },
    400,
    /invalid patch format of retainKeys/,
  ],
  ['an order that is no list', { spec: { '$setElementOrder/containers': 'x' } }, 400, /setElementOrder/],
  [
    'an order of no field',
    { spec: { $setElementOrder: [] } },
    400,
    /invalid patch format of setElementOrder list/,
  ],
  [
    'a deletion of no field',
    { spec: { $deleteFromPrimitiveList: [] } },
    400,
    /invalid patch format of primitive list/,
  ],
  [
    'items in another order than is asked for',
    { spec: { containers: named('b', 'a'), '$setElementOrder/containers': named('a', 'b') } },
    400,
    /^The order in patch list:/,
  ],
];

for (const [what, patch, code, message, target = containers({ name: 'a' })] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => strategicMergePatch(target, patch, pod),
      (error) => error instanceof PatchError && error.problem.code === code && message.test(error.message),
    );
  });
}

test('a Scale, of which no field has a strategy, merges', () => {
  const scale = { metadata: { name: 'web' }, spec: { replicas: 1 } };
  assert.deepEqual(strategicMergePatch(scale, { spec: { replicas: 4 } }, 'io.k8s.api.autoscaling.v1.Scale'), {
    metadata: { name: 'web' },
    spec: { replicas: 4 },
  });
});

test('refuses kinds without patch strategies', () => {
  assert.throws(
    () => strategicMergePatch({}, {}, 'custom:x'),
    /strategic merge patch format is not supported/,
  );
});

const name = fc.constantFrom('a', 'b', 'c', 'd');
const list = fc.uniqueArray(fc.record({ name, image: name }, { noNullPrototype: true }), {
  maxLength: 4,
  selector: (one) => one.name,
});
const object = fc
  .record({ containers: list, volumes: list, finalizers: fc.uniqueArray(name, { maxLength: 4 }) })
  .map(
    (one): JsonObject => ({
      metadata: { finalizers: one.finalizers },
      spec: { containers: one.containers, volumes: one.volumes },
    }),
  );

test('a patch of nothing is the object itself', () => {
  fc.assert(fc.property(object, (one) => assert.deepEqual(strategicMergePatch(one, {}, pod), one)));
});

test('an object patched with itself is itself, and so is a patch applied twice', () => {
  fc.assert(
    fc.property(object, object, (one, other) => {
      assert.deepEqual(strategicMergePatch(one, one, pod), one);
      const once = strategicMergePatch(one, other, pod);
      assert.deepEqual(strategicMergePatch(once, other, pod), once);
    }),
  );
});

test('deletions and orders made from two lists lead from one to the other', () => {
  fc.assert(
    fc.property(list, list, (from, to) => {
      const gone = from.filter((item) => !to.some((one) => one.name === item.name));
      const patch = {
        spec: {
          '$setElementOrder/containers': to.map((item) => ({ name: item.name })),
          containers: [...to, ...gone.map((item) => ({ name: item.name, $patch: 'delete' }))],
        },
      };
      assert.deepEqual(strategicMergePatch(containers(...from), patch, pod), containers(...to));
    }),
  );
});
