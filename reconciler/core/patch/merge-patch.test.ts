import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JsonObject, isObject } from './json-value.ts';
import { mergePatch } from './merge-patch.ts';
import { PatchError } from './patch-error.ts';

const cases: readonly [JsonObject, unknown, JsonObject][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [{ a: 'text' }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
];

for (const [target, patch, result] of cases) {
  test(`${JSON.stringify(target)} with ${JSON.stringify(patch)}`, () => {
    const before = structuredClone(target);
    assert.deepEqual(mergePatch(target, patch), result);
    assert.deepEqual(target, before);
  });
}

for (const patch of [null, [], 'x', 7, true]) {
  test(`refuses ${JSON.stringify(patch)}`, () => {
    assert.throws(
      () => mergePatch({}, patch),
      (error) => error instanceof PatchError && error.problem.code === 400,
    );
  });
}

test('__proto__ is a name like any other', () => {
  const patch = JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":1}}') as JsonObject;
  assert.deepEqual(mergePatch({}, patch), patch);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

/** Objects without null, which a merge patch cannot say. */
const value = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.string(), fc.array(fc.integer()), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { noNullPrototype: true }),
})).object;

/** The patch that leads from one object to another. */
function difference(from: JsonObject, to: JsonObject): JsonObject {
  const removed = Object.keys(from)
    .filter((key) => !Object.hasOwn(to, key))
    .map((key): [string, unknown] => [key, null]);
  const changed = Object.entries(to).map(([key, next]): [string, unknown] => {
    const before: unknown = Object.hasOwn(from, key) ? from[key] : undefined;
    return [key, isObject(next) && isObject(before) ? difference(before, next) : next];
  });
  return Object.fromEntries([...removed, ...changed]);
}

test('a patch of nothing is the object itself', () => {
  fc.assert(fc.property(value, (object) => assert.deepEqual(mergePatch(object, {}), object)));
});

test('the difference of two objects leads from one to the other', () => {
  fc.assert(
    fc.property(value, value, (from, to) => assert.deepEqual(mergePatch(from, difference(from, to)), to)),
  );
});
