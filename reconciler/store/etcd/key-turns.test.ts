import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'node:test';
import type { StoreWrite } from '../../core/ports.ts';
import { KeyTurns } from './key-turns.ts';

const put = (key: string): StoreWrite => ({ type: 'put', key, value: new Uint8Array() });
const check = (key: string): StoreWrite => ({ type: 'check', key, expected: 1 });

/** Runs one commit after another's start, each until told; tells which have begun. */
function trial(): {
  readonly turns: KeyTurns;
  readonly begun: string[];
  readonly start: (
    name: string,
    ...writes: readonly StoreWrite[]
  ) => { readonly finish: () => Promise<void> };
} {
  const turns = new KeyTurns();
  const begun: string[] = [];
  return {
    turns,
    begun,
    start: (name, ...writes) => {
      const gate = Promise.withResolvers<void>();
      const done = turns.run(writes, () => {
        begun.push(name);
        return gate.promise;
      });
      return {
        finish: async () => {
          gate.resolve();
          await done;
          await nextTurn();
        },
      };
    },
  };
}

test('commits of one key run one after the other, in order', async () => {
  const { begun, start } = trial();
  const first = start('first', put('/a'));
  const second = start('second', put('/b'), put('/a'));
  const third = start('third', put('/b'));
  await nextTurn();
  assert.deepEqual(begun, ['first']);
  await first.finish();
  assert.deepEqual(begun, ['first', 'second']);
  await second.finish();
  assert.deepEqual(begun, ['first', 'second', 'third']);
  await third.finish();
});

test('commits that only check a key in common run at once; who writes it waits for them, and they for it', async () => {
  const { turns, begun, start } = trial();
  const a = start('a', check('/leader'), put('/a'));
  const b = start('b', check('/leader'), put('/b'));
  const writer = start('writer', put('/leader'));
  const c = start('c', check('/leader'), put('/c'));
  await nextTurn();
  assert.deepEqual(begun, ['a', 'b']);
  await a.finish();
  assert.deepEqual(begun, ['a', 'b']);
  await b.finish();
  assert.deepEqual(begun, ['a', 'b', 'writer']);
  await writer.finish();
  assert.deepEqual(begun, ['a', 'b', 'writer', 'c']);
  assert.equal(turns.size, 1);
  await c.finish();
  assert.equal(turns.size, 0);
});

test('a commit that fails lets the next one run', async () => {
  const turns = new KeyTurns();
  const failing = turns.run([put('/a')], async () => {
    await nextTurn();
    throw new Error('no');
  });
  const next = turns.run([put('/a')], async () => 'done');
  await assert.rejects(failing, /no/u);
  assert.equal(await next, 'done');
  await turns.idle();
});
