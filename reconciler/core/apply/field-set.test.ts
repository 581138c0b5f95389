import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatPath } from './field-path.ts';
import {
  difference,
  type FieldSet,
  hasPath,
  intersection,
  leaves,
  pathsOf,
  recursiveDifference,
  sameSet,
  setOf,
  union,
} from './field-set.ts';
import { parseFieldsV1, toFieldsV1 } from './fields-v1.ts';

const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:1', 'i:0');
const path = fc.array(element, { minLength: 1, maxLength: 4 });
const set = fc.array(path, { maxLength: 12 }).map(setOf);

/** The set as the plain set of its paths: the model that the trees are compared with. */
function model(tree: FieldSet): Set<string> {
  return new Set(pathsOf(tree).map((one) => one.join(' ')));
}

test('union, intersection and difference are those of the sets of paths', () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      assert.deepEqual(model(union(a, b)), model(a).union(model(b)));
      assert.deepEqual(model(intersection(a, b)), model(a).intersection(model(b)));
      assert.deepEqual(model(difference(a, b)), model(a).difference(model(b)));
    }),
  );
});

test('the recursive difference takes what is below a member along', () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const gone = [...model(b)];
      const kept = [...model(a)].filter(
        (one) => !gone.some((other) => one === other || one.startsWith(`${other} `)),
      );
      assert.deepEqual(model(recursiveDifference(a, b)), new Set(kept));
    }),
  );
});

test('leaves are the members with nothing below', () => {
  fc.assert(
    fc.property(set, (a) => {
      const all = [...model(a)];
      const expected = all.filter((one) => !all.some((other) => other.startsWith(`${one} `)));
      assert.deepEqual(model(leaves(a)), new Set(expected));
    }),
  );
});

test('a difference that takes nothing is the very same set', () => {
  const a = setOf([['f:a', 'f:b'], ['f:c']]);
  assert.equal(difference(a, setOf([['f:a'], ['f:x']])), a);
});

test('no node is left without members: a set without members is empty', () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      assert.equal(difference(a, union(a, b)).size, 0);
      assert.equal(sameSet(union(difference(a, b), intersection(a, b)), a), true);
    }),
  );
});

test('a set survives FieldsV1 and JSON', () => {
  fc.assert(
    fc.property(set, (a) => {
      const text = JSON.stringify(toFieldsV1(a));
      const back = parseFieldsV1(JSON.parse(text) as Record<string, unknown>);
      assert.equal(sameSet(back, a), true);
      assert.equal(JSON.stringify(toFieldsV1(back)), text);
    }),
  );
});

test('FieldsV1 is canonical: a dot first, then fields, keys, values, indexes', () => {
  const fields = toFieldsV1(
    setOf([
      ['f:list', 'v:"b"'],
      ['f:list', 'i:0'],
      ['f:list', 'k:{"name":"x"}', 'f:name'],
      ['f:list', 'k:{"name":"x"}'],
      ['f:list', 'v:"a"'],
      ['f:a'],
    ]),
  );
  const expected =
    '{"f:a":{},"f:list":{"k:{\\"name\\":\\"x\\"}":{".":{},"f:name":{}},"v:\\"a\\"":{},"v:\\"b\\"":{},"i:0":{}}}';
  assert.equal(JSON.stringify(fields), expected);
});

test('FieldsV1 of a later version is read without what is not known, a malformed one is refused', () => {
  assert.deepEqual(pathsOf(parseFieldsV1({ 'f:a': {}, 'z:new': { 'f:b': {} } })).map(formatPath), ['.a']);
  assert.throws(() => parseFieldsV1({ name: {} }), /missing colon/);
  assert.throws(() => parseFieldsV1({ 'f:a': 1 }), /expected an object under "f:a"/);
});

test('members come before what is below them when paths are listed', () => {
  const a = setOf([['f:a', 'f:b'], ['f:z'], ['f:a']]);
  assert.deepEqual(pathsOf(a).map(formatPath), ['.a', '.z', '.a.b']);
  assert.equal(hasPath(a, ['f:a', 'f:b']), true);
  assert.equal(hasPath(a, ['f:a', 'f:c']), false);
  assert.equal(hasPath(a, []), false);
});
