import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonPatch } from './json-patch.ts';
import { PatchError } from './patch-error.ts';

type Fields = Readonly<Record<string, unknown>>;

const applied: readonly [string, Fields, readonly object[], unknown][] = [
  ['nothing', { a: 1 }, [], { a: 1 }],
  ['add a member', { a: 1 }, [{ op: 'add', path: '/b', value: { c: null } }], { a: 1, b: { c: null } }],
  ['add over a member', { a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
  ['add into a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['add at the end by its index', { a: [1] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2] }],
  ['add at the end', { a: [1] }, [{ op: 'add', path: '/a/-', value: [2] }], { a: [1, [2]] }],
  ['add counted from the end', { a: [1, 2] }, [{ op: 'add', path: '/a/-1', value: 3 }], { a: [1, 2, 3] }],
  ['remove a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['remove an item', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
  ['remove the last item', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/-1' }], { a: [1, 2] }],
  ['remove null', { a: null }, [{ op: 'remove', path: '/a' }], {}],
  ['replace', { a: [1, { b: 2 }] }, [{ op: 'replace', path: '/a/1/b', value: 3 }], { a: [1, { b: 3 }] }],
  ['replace all', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  ['move', { a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
  ['move in a list', { a: [1, 2, 3] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { a: [2, 3, 1] }],
  ['move to where it is', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
  [
    'copy without sharing',
    { a: { b: 1 } },
    [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'add', path: '/c/b', value: 2 },
    ],
    { a: { b: 1 }, c: { b: 2 } },
  ],
  [
    'test',
    { a: { b: [1, 'x'] } },
    [{ op: 'test', path: '/a', value: { b: [1, 'x'] } }],
    { a: { b: [1, 'x'] } },
  ],
  ['test all', { a: 1 }, [{ op: 'test', path: '', value: { a: 1 } }], { a: 1 }],
  ['test null of nothing', { a: 1 }, [{ op: 'test', path: '/b', value: null }], { a: 1 }],
  [
    'escaped names',
    { 'a/b': 1, '~': 2, '~1': 3 },
    [
      { op: 'remove', path: '/a~1b' },
      { op: 'replace', path: '/~0', value: 4 },
      { op: 'test', path: '/~01', value: 3 },
    ],
    { '~': 4, '~1': 3 },
  ],
  ['an empty name', { '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
  [
    'one after the other',
    {},
    [
      { op: 'add', path: '/a', value: [] },
      { op: 'add', path: '/a/0', value: 1 },
    ],
    { a: [1] },
  ],
];

for (const [what, target, operations, result] of applied) {
  test(`applies: ${what}`, () => {
    const before = structuredClone(target);
    assert.deepEqual(jsonPatch(target, operations), result);
    assert.deepEqual(target, before);
  });
}

const refused: readonly [string, unknown, number][] = [
  ['an object', {}, 400],
  ['text', 'x', 400],
  ['a list of numbers', [1], 400],
  ['a path that is no text', [{ op: 'add', path: 7, value: 1 }], 400],
  ['another operation', [{ op: 'merge', path: '/a', value: 1 }], 422],
  ['an operation of JavaScript', [{ op: 'constructor', path: '/a' }], 422],
  ['no operation', [{ path: '/a', value: 1 }], 422],
  ['a path without a slash', [{ op: 'add', path: 'a', value: 1 }], 422],
  ['a bad escape', [{ op: 'add', path: '/~2', value: 1 }], 422],
  ['add without a value', [{ op: 'add', path: '/b' }], 422],
  ['add below nothing', [{ op: 'add', path: '/x/y', value: 1 }], 422],
  ['add below a number', [{ op: 'add', path: '/a/y', value: 1 }], 422],
  ['add behind the end of a list', [{ op: 'add', path: '/list/3', value: 1 }], 422],
  ['add at no index', [{ op: 'add', path: '/list/01', value: 1 }], 422],
  ['remove nothing', [{ op: 'remove', path: '/b' }], 422],
  ['remove all', [{ op: 'remove', path: '' }], 422],
  ['remove what JavaScript has', [{ op: 'remove', path: '/constructor' }], 422],
  ['replace nothing', [{ op: 'replace', path: '/b', value: 1 }], 422],
  ['replace behind the end', [{ op: 'replace', path: '/list/-', value: 1 }], 422],
  ['move nothing', [{ op: 'move', from: '/b', path: '/c' }], 422],
  ['move into itself', [{ op: 'move', from: '/deep', path: '/deep/er' }], 422],
  ['copy nothing', [{ op: 'copy', from: '/b', path: '/c' }], 422],
  ['a failed test', [{ op: 'test', path: '/a', value: 2 }], 422],
  ['a test of an index that there is not', [{ op: 'test', path: '/list/9', value: null }], 422],
  ['too many operations', Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 })), 413],
  [
    'copies of copies',
    Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '/deep', path: `/deep/x${at}` })),
    422,
  ],
];

for (const [what, operations, code] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => jsonPatch({ a: 1, list: [1, 2], deep: { x: 'y' } }, operations),
      (error) => error instanceof PatchError && error.problem.code === code,
    );
  });
}

test('a patch that does not fit is answered as Kubernetes does, and told to the log', () => {
  assert.throws(
    () => jsonPatch({}, [{ op: 'remove', path: '/spec/x' }]),
    (error) =>
      error instanceof PatchError &&
      error.problem.reason === 'Invalid' &&
      error.problem.message === 'the server rejected our request due to an error in our request' &&
      error.message === 'doc is missing path: /spec/x',
  );
});

test('ten thousand operations on one object', () => {
  const operations = Array.from({ length: 10_000 }, (_, at) => ({ op: 'add', path: `/k${at}`, value: at }));
  assert.equal(Object.keys(jsonPatch({}, operations) as object).length, 10_000);
});

test('__proto__ is a name like any other', () => {
  const result = jsonPatch({}, [
    { op: 'add', path: '/__proto__', value: { polluted: true } },
    { op: 'add', path: '/__proto__/more', value: 1 },
  ]);
  assert.deepEqual(Object.keys(result as object), ['__proto__']);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  assert.equal(Object.hasOwn(Object.prototype, 'more'), false);
});
