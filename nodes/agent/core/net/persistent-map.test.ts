import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PersistentMap } from './persistent-map.ts';

const operation = fc.record({
  key: fc.string({ maxLength: 2 }),
  value: fc.option(fc.nat(9), { nil: undefined }),
});

function edited(
  map: PersistentMap<number>,
  operations: readonly { key: string; value: number | undefined }[],
) {
  const edit = map.edit();
  for (const { key, value } of operations) {
    if (value === undefined) edit.delete(key);
    else edit.set(key, value);
  }
  return edit.done();
}

function sortedEntries(map: Iterable<readonly [string, number]>): readonly (readonly [string, number])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

test('holds what a Map would hold, and earlier versions stay as they were', () => {
  const rounds = fc.array(fc.array(operation), { maxLength: 5 });
  fc.assert(
    fc.property(rounds, (histories) => {
      const model = new Map<string, number>();
      let map = PersistentMap.empty<number>();
      for (const operations of histories) {
        const [before, modelBefore] = [map, sortedEntries(model)];
        map = edited(map, operations);
        for (const { key, value } of operations) {
          if (value === undefined) model.delete(key);
          else model.set(key, value);
        }
        assert.deepEqual(sortedEntries(map.entries()), sortedEntries(model));
        assert.equal(map.size, model.size);
        for (const { key } of operations) assert.equal(map.get(key), model.get(key));
        assert.deepEqual(sortedEntries(before.entries()), modelBefore);
      }
    }),
  );
});

test('the changes from one version to another, applied to the one, give the other', () => {
  fc.assert(
    fc.property(fc.array(operation), fc.array(operation), (first, second) => {
      const before = edited(PersistentMap.empty<number>(), first);
      const after = edited(before, second);
      const patched = new Map(before.entries());
      for (const change of before.changesTo(after)) {
        assert.notEqual(change.before, change.after);
        assert.equal(change.before, patched.get(change.key));
        if (change.after === undefined) patched.delete(change.key);
        else patched.set(change.key, change.after);
      }
      assert.deepEqual(sortedEntries(patched), sortedEntries(after.entries()));
    }),
  );
});

test('an edit without a change gives the same map', () => {
  const map = edited(PersistentMap.empty<number>(), [{ key: 'a', value: 1 }]);
  assert.equal(edited(map, []), map);
  assert.equal(edited(map, [{ key: 'b', value: undefined }]), map);
});
