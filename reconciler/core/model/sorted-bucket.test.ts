import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from './object.ts';
import { SortedBucket } from './sorted-bucket.ts';

function named(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
}

function names(bucket: SortedBucket): readonly (string | undefined)[] {
  return bucket.list().map(({ metadata }) => metadata.name);
}

test('whatever is put and taken, the list is what a sorted map holds', () => {
  const step = fc.record({ put: fc.boolean(), key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'aa', 'z/1') });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const bucket = new SortedBucket();
      const model = new Map<string, KubeObject>();
      for (const { put, key } of steps) {
        if (put) {
          bucket.set(key, named(key));
          model.set(key, named(key));
        } else {
          bucket.delete(key);
          model.delete(key);
        }
        assert.deepEqual(names(bucket), [...model.keys()].sort());
        assert.equal(bucket.size, model.size);
        assert.deepEqual(bucket.get(key), model.get(key));
      }
    }),
  );
});

test('a list that was handed out does not change any more', () => {
  const bucket = new SortedBucket();
  bucket.set('b', named('b'));
  const before = bucket.list();
  bucket.set('a', named('a'));
  bucket.delete('b');
  assert.deepEqual(
    before.map(({ metadata }) => metadata.name),
    ['b'],
  );
  assert.equal(bucket.list(), bucket.list());
});

test('many keys in any order are listed in theirs', () => {
  const key = (index: number): string => String((index * 7919) % 5000).padStart(4, '0');
  const bucket = new SortedBucket();
  for (let index = 0; index < 5000; index++) bucket.set(key(index), named(key(index)));
  for (let index = 0; index < 5000; index += 3) bucket.delete(key(index));
  for (let index = 1; index < 5000; index += 3) bucket.set(key(index), named(`${key(index)} again`));
  const expected: string[] = [];
  for (let index = 0; index < 5000; index++) {
    if (index % 3 !== 0) expected.push(index % 3 === 1 ? `${key(index)} again` : key(index));
  }
  assert.deepEqual(names(bucket), expected.sort());
});

test('a bucket that nobody lists keeps the order through many that come and go', () => {
  const bucket = new SortedBucket();
  for (let index = 0; index < 1000; index++) {
    bucket.set(`key-${(index * 7) % 1000}`, named('first'));
    if (index >= 10) bucket.delete(`key-${((index - 10) * 7) % 1000}`);
  }
  bucket.set('a', named('a'));
  assert.equal(bucket.size, 11);
  assert.deepEqual(names(bucket), ['a', ...Array<string>(10).fill('first')]);
});
