import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../core/ports.ts';
import { createTicker, cronSchedules, nextDue } from './schedule.ts';

/** A zone with summer time: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00. */
process.env['TZ'] = 'Europe/Berlin';

const minuteMs = 60_000;

function next(expression: string, after: string): string | undefined {
  const found = cronSchedules.next(expression, Date.parse(after));
  return found === undefined ? undefined : new Date(found).toISOString();
}

test('the next time of ordinary expressions', () => {
  const cases: [string, string, string][] = [
    ['* * * * *', '2026-01-01T10:00:00Z', '2026-01-01T10:01:00.000Z'],
    ['* * * * *', '2026-01-01T10:00:59.999Z', '2026-01-01T10:01:00.000Z'],
    ['*/10 * * * * *', '2026-01-01T10:00:01Z', '2026-01-01T10:00:10.000Z'],
    ['*/15 * * * *', '2026-01-01T10:45:00Z', '2026-01-01T11:00:00.000Z'],
    ['0 3 * * *', '2026-01-01T10:00:00Z', '2026-01-02T02:00:00.000Z'],
    ['30 8 * * 1-5', '2026-01-02T10:00:00Z', '2026-01-05T07:30:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-28T23:00:00.000Z'],
    ['0 12 L * *', '2026-02-01T00:00:00Z', '2026-02-28T11:00:00.000Z'],
    ['0 0 1 1 *', '2026-01-01T00:00:00Z', '2026-12-31T23:00:00.000Z'],
  ];
  for (const [expression, after, expected] of cases)
    assert.equal(next(expression, after), expected, expression);
});

test('a restricted date and a restricted weekday: either will do', () => {
  assert.equal(next('0 12 13 * 5', '2026-01-01T00:00:00Z'), '2026-01-02T11:00:00.000Z');
  assert.equal(next('0 12 13 * 5', '2026-01-09T12:00:00Z'), '2026-01-13T11:00:00.000Z');
});

test('what is not a schedule is undefined, and so is a date that never comes', () => {
  for (const expression of ['', 'often', '61 * * * *', '* * * *', '0 0 30 2 *', '0 0 * * 5#2']) {
    assert.equal(cronSchedules.next(expression, 0), undefined, expression);
  }
});

test('a time that the change to summer time leaves out is due once, an hour later', () => {
  assert.equal(next('30 2 * * *', '2026-03-28T12:00:00Z'), '2026-03-29T01:30:00.000Z');
  assert.equal(next('30 2 * * *', '2026-03-29T01:30:00Z'), '2026-03-30T00:30:00.000Z');
});

test('a time that comes twice is due once, but what is due each hour is due in both', () => {
  assert.equal(next('30 2 * * *', '2026-10-25T00:00:00Z'), '2026-10-25T00:30:00.000Z');
  assert.equal(next('30 2 * * *', '2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z');
  assert.equal(next('*/30 * * * *', '2026-10-25T00:30:00Z'), '2026-10-25T01:00:00.000Z');
  assert.equal(next('*/30 * * * *', '2026-10-25T01:00:00Z'), '2026-10-25T01:30:00.000Z');
});

test('a schedule that never ran is due now', () => {
  assert.equal(nextDue('0 3 * * *', undefined, 1_000), 1_000);
});

test('times missed while nobody looked are due, and once', () => {
  const lastRunMs = Date.parse('2026-01-01T10:00:00Z');
  const nowMs = Date.parse('2026-01-01T13:37:00Z');
  assert.ok((nextDue('*/10 * * * *', lastRunMs, nowMs) ?? Infinity) <= nowMs);
  assert.equal(nextDue('*/10 * * * *', nowMs, nowMs), Date.parse('2026-01-01T13:40:00Z'));
});

test('a last run in the future, left by a clock that stepped back, does not stop the schedule', () => {
  const nowMs = Date.parse('2026-01-01T10:00:30Z');
  assert.equal(nextDue('* * * * *', nowMs + 24 * 60 * minuteMs, nowMs), Date.parse('2026-01-01T10:01:00Z'));
});

/** A clock that a test turns; its timers run on a time of their own, as the kernel's do when the wall clock is set. */
class TestClock implements Clock {
  #wallMs: number;
  #elapsedMs = 0;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];

  constructor(start: string) {
    this.#wallMs = Date.parse(start);
  }

  now(): number {
    return this.#wallMs;
  }

  steady(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#elapsedMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Sets the wall clock without time passing. */
  step(byMs: number): void {
    this.#wallMs += byMs;
  }

  pass(durationMs: number): void {
    const end = this.#elapsedMs + durationMs;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      const until = due?.atMs ?? end;
      this.#wallMs += until - this.#elapsedMs;
      this.#elapsedMs = until;
      if (due === undefined) return;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      due.run();
    }
  }
}

function ticking(
  clock: TestClock,
  expression: string,
  lastRunMs: number | undefined,
): { due: string[]; stop: () => void } {
  const due: string[] = [];
  const onDue = (atMs: number): void => void due.push(new Date(atMs).toISOString().slice(11, 19));
  return { due, stop: createTicker({ expression, lastRunMs, clock, onDue }) };
}

test('a ticker fires at each time, and no more once stopped', () => {
  const clock = new TestClock('2026-01-01T10:00:30Z');
  const { due, stop } = ticking(clock, '*/5 * * * *', clock.now());
  clock.pass(11 * minuteMs);
  assert.deepEqual(due, ['10:05:00', '10:10:00']);
  stop();
  clock.pass(60 * minuteMs);
  assert.equal(due.length, 2);
});

test('a ticker that starts after a downtime fires once for all that was missed', () => {
  const clock = new TestClock('2026-01-01T10:02:00Z');
  const { due } = ticking(clock, '*/5 * * * *', Date.parse('2025-12-24T00:00:00Z'));
  clock.pass(4 * minuteMs);
  assert.deepEqual(due, ['10:02:00', '10:05:00']);
});

test('a ticker that never ran fires at once', () => {
  const clock = new TestClock('2026-01-01T10:02:00Z');
  const { due } = ticking(clock, '0 3 * * *', undefined);
  clock.pass(0);
  assert.deepEqual(due, ['10:02:00']);
});

test('a ticker goes on after the clock stepped back', () => {
  const clock = new TestClock('2026-01-01T10:00:30Z');
  const { due } = ticking(clock, '* * * * *', clock.now());
  clock.pass(minuteMs);
  clock.step(-5 * 60 * minuteMs);
  clock.pass(3 * minuteMs);
  assert.deepEqual(
    due,
    ['10:01:00', '05:03:00', '05:04:00'],
    'from the moment at which the step was noticed',
  );
});

test('a ticker notices soon that the clock stepped forwards, and fires once for what was missed', () => {
  const clock = new TestClock('2026-01-01T10:00:30Z');
  const { due } = ticking(clock, '0 * * * *', clock.now());
  clock.step(5 * 60 * minuteMs);
  clock.pass(minuteMs);
  assert.deepEqual(due, ['15:01:00']);
});

test('a ticker refuses what is not a schedule', () => {
  const clock = new TestClock('2026-01-01T10:00:30Z');
  assert.throws(() => ticking(clock, 'often', undefined), /'often' is not a cron expression/u);
});
