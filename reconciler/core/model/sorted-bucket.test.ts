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
