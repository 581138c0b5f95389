import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../core/ports.ts';
import { type Work, WorkQueue } from './work-queue.ts';

/** A clock that moves when it is told to. */
class HandClock implements Clock {
  #now = 0;
  readonly #timers: { at: number; run: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  steady(): number {
    return this.#now;
  }
  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.push(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }
  advance(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers.filter((one) => one.at <= this.#now)) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.run();
    }
  }
}

const settle = (): Promise<void> => new Promise((resume) => setImmediate(resume));

function queueOf(
  work: Work<string>,
  concurrency = 2,
): { queue: WorkQueue<string>; clock: HandClock; errors: unknown[] } {
  const clock = new HandClock();
  const errors: unknown[] = [];
  const queue = new WorkQueue<string>({ clock, concurrency, work, failed: (error) => errors.push(error) });
  queue.start();
  return { queue, clock, errors };
}

test('a key that is added while it is worked on is worked on once more, never twice at a time', async () => {
  const gates: (() => void)[] = [];
  let runs = 0;
  const { queue } = queueOf(() => {
    runs += 1;
    return new Promise((resolve) => gates.push(() => resolve('done')));
  });
  queue.add('a', 'a');
  queue.add('a', 'a');
  queue.add('a', 'a');
  await settle();
  assert.equal(runs, 1);
  gates.shift()?.();
  await settle();
  assert.equal(runs, 2);
  gates.shift()?.();
  await settle();
  assert.equal(queue.idle, true);
});

test('no more keys are worked on at once than allowed', async () => {
  let active = 0;
  let most = 0;
  const { queue } = queueOf(async () => {
    most = Math.max(most, ++active);
    await settle();
    active -= 1;
    return 'done';
  });
  for (const key of ['a', 'b', 'c', 'd', 'e']) queue.add(key, key);
  while (!queue.idle) await settle();
  assert.equal(most, 2);
});

test('a failure waits twice as long each time, and success forgets it', async () => {
  const turns: number[] = [];
  let fail = true;
  const { queue, clock } = queueOf(async () => {
    turns.push(clock.now());
    return fail ? 'again' : 'done';
  });
  queue.add('a', 'a');
  for (let ms = 0; ms < 40; ms++) {
    await settle();
    clock.advance(1);
  }
  assert.deepEqual(turns, [0, 5, 15, 35]);
  fail = false;
  for (let ms = 0; ms < 60; ms++) {
    await settle();
    clock.advance(1);
  }
  assert.deepEqual(turns, [0, 5, 15, 35, 75]);
});

test('an outcome may ask for another turn later, and a rejection is a broken invariant', async () => {
  let runs = 0;
  const { queue, clock, errors } = queueOf(async () => {
    runs += 1;
    if (runs === 2) throw new Error('broken');
    return { afterMs: 100 };
  });
  queue.add('a', 'a');
  await settle();
  clock.advance(100);
  await settle();
  assert.deepEqual([runs, String(errors[0])], [2, 'Error: broken']);
});

test('a key whose work took long rests as long before it is worked on again, once for all that wanted it', async () => {
  const gates: (() => void)[] = [];
  let runs = 0;
  const { queue, clock } = queueOf(() => {
    runs += 1;
    return new Promise((resolve) => gates.push(() => resolve('done')));
  });
  queue.add('a', 'a');
  queue.add('a', 'a');
  await settle();
  clock.advance(40);
  gates.shift()?.();
  await settle();
  assert.equal(queue.idle, false);
  queue.add('a', 'a');
  clock.advance(39);
  await settle();
  assert.equal(runs, 1);
  clock.advance(1);
  await settle();
  assert.equal(runs, 2);
  gates.shift()?.();
  await settle();
  assert.equal(queue.idle, true);
});

test('a key that held the processor long rests nineteen times as long, wanted or not, and is idle unless it is', async () => {
  let runs = 0;
  const { queue, clock } = queueOf(async (_key, busy) => {
    runs += 1;
    busy(runs === 1 ? 25 : 1);
    return runs === 1 ? { afterMs: 400 } : 'done';
  });
  queue.add('a', 'a');
  await settle();
  assert.deepEqual([runs, queue.idle], [1, true]);
  clock.advance(400);
  assert.equal(queue.idle, false);
  clock.advance(74);
  await settle();
  assert.equal(runs, 1);
  clock.advance(1);
  await settle();
  assert.deepEqual([runs, queue.idle], [2, true]);
  queue.add('a', 'a');
  await settle();
  assert.equal(runs, 3);
});
