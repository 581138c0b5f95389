import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMapEntry, DesiredUpdate } from '../../../schemas/wire/messages.ts';
import { applyUpdate, noDesiredState, refusalOf } from './desired-state.ts';

function entry(name: string, value: string): ConfigMapEntry {
  return { key: `configmap/default/${name}`, type: 'configmap', data: { value }, binaryData: {} };
}

const held = { epoch: 3, generation: 7 };

function update(change: Partial<DesiredUpdate>): DesiredUpdate {
  return { epoch: 3, generation: 8, base: 7, upserts: [], removes: [], ...change };
}

test('updates are taken or refused by epoch, generation and base', () => {
  const cases: readonly (readonly [Partial<DesiredUpdate>, string | undefined])[] = [
    [{}, undefined],
    [{ base: null }, undefined],
    [{ epoch: 2, generation: 100, base: null }, 'StaleEpoch'],
    [{ generation: 7, base: null }, 'StaleGeneration'],
    [{ generation: 6 }, 'StaleGeneration'],
    [{ base: 6 }, 'UnknownBase'],
    [{ epoch: 4, generation: 1, base: null }, undefined],
    [{ epoch: 4, generation: 8, base: 7 }, 'UnknownBase'],
  ];
  for (const [change, reason] of cases)
    assert.equal(refusalOf(held, update(change))?.reason, reason, JSON.stringify(change));
});

test('a refusal says what is held', () => {
  const refused = refusalOf(held, update({ epoch: 2 }));
  assert.deepEqual([refused?.epoch, refused?.generation], [3, 7]);
});

test('a delta changes what it names', () => {
  const first = applyUpdate(
    noDesiredState,
    update({ base: null, upserts: [entry('a', '1'), entry('b', '1')] }),
  );
  const { state, changedKeys } = applyUpdate(
    first.state,
    update({ generation: 9, base: 8, upserts: [entry('a', '2')], removes: ['configmap/default/b'] }),
  );
  assert.deepEqual([...changedKeys].sort(), ['configmap/default/a', 'configmap/default/b']);
  assert.deepEqual([...state.entries.values()], [entry('a', '2')]);
});

test('of a whole state only what differs has changed', () => {
  const first = applyUpdate(
    noDesiredState,
    update({ base: null, upserts: [entry('a', '1'), entry('b', '1'), entry('c', '1')] }),
  );
  const { changedKeys } = applyUpdate(
    first.state,
    update({ generation: 9, base: null, upserts: [entry('a', '1'), entry('b', '2')] }),
  );
  assert.deepEqual([...changedKeys].sort(), ['configmap/default/b', 'configmap/default/c']);
});
