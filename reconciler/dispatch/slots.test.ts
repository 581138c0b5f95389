import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

test('no more tasks run at a time than there are slots, in the order in which they came', async () => {
  const slots = new Slots(2);
  const started: number[] = [];
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const tasks = gates.map(({ promise }, index) =>
    slots.run(async () => {
      started.push(index);
      await promise;
    }, never),
  );
  await Promise.resolve();
  assert.deepEqual(started, [0, 1]);
  gates[1]?.resolve();
  await tasks[1];
  await Promise.resolve();
  assert.deepEqual(started, [0, 1, 2]);
  for (const { resolve } of gates) resolve();
  await Promise.all(tasks);
  assert.deepEqual(started, [0, 1, 2, 3, 4]);
});

test('a failed task gives its slot back', async () => {
  const slots = new Slots(1);
  await assert.rejects(
    slots.run(async () => Promise.reject(new Error('no')), never),
    /no/,
  );
  assert.equal(await slots.run(async () => 'next', never), 'next');
});

test('who gives up while waiting takes no slot', async () => {
  const slots = new Slots(1);
  const gate = Promise.withResolvers<string>();
  const first = slots.run(() => gate.promise, never);
  const stop = new AbortController();
  const second = slots.run(async () => 'second', stop.signal);
  const third = slots.run(async () => 'third', never);
  stop.abort(new Error('given up'));
  await assert.rejects(second, /given up/);
  gate.resolve('first');
  assert.deepEqual(await Promise.all([first, third]), ['first', 'third']);
});
