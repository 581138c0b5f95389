/** CronJobs under clocks that are set and change to summer time: no time is run twice, and the last one always is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CronJob } from '../../schemas/kubernetes/types/batch-v1.ts';
import { parseTime } from '../../reconciler/core/model/time.ts';
import { cronJobObject } from './job-objects.ts';
import { SimCluster } from './sim-cluster.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long a clock that was set may go unnoticed. */
const noticedMs = 61_000;

interface Shape {
  readonly schedule: string;
  readonly hour: (hour: number) => boolean;
  readonly minute: (minute: number) => boolean;
  /** Whether a time that comes twice is meant twice. */
  readonly hourly: boolean;
}

const always = (): boolean => true;

const shapes: readonly Shape[] = [
  { schedule: '*/15_*_*_*_*', hour: always, minute: (minute) => minute % 15 === 0, hourly: true },
  { schedule: '30_*_*_*_*', hour: always, minute: (minute) => minute === 30, hourly: true },
  { schedule: '30_2_*_*_*', hour: (hour) => hour === 2, minute: (minute) => minute === 30, hourly: false },
  {
    schedule: '0,45_1_*_*_*',
    hour: (hour) => hour === 1,
    minute: (minute) => minute % 45 === 0,
    hourly: false,
  },
];

/** The evening before each change of 2026: its zone, and when the simulation begins. */
const places = [
  ['UTC', '2026-06-30T12:00:00Z'],
  ['Europe/Berlin', '2026-03-28T20:00:00Z'],
  ['Europe/Berlin', '2026-10-24T20:00:00Z'],
  ['America/New_York', '2026-03-08T01:00:00Z'],
  ['America/New_York', '2026-11-01T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T10:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T10:00:00Z'],
] as const;

/** The date and time on the wall: an oracle that knows no offsets. */
function wallClock(zone: string): (ms: number) => readonly [date: string, hour: number, minute: number] {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (ms) => {
    const [date = '', time = ''] = format.format(ms).split(', ');
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return [date, hour, minute];
  };
}

/** The latest time up to `untilMs`, minute by minute; undefined where the two days before it have none. */
function latest(shape: Shape, zone: string, untilMs: number): number | undefined {
  const wall = wallClock(zone);
  for (let ms = Math.floor(untilMs / minuteMs) * minuteMs; ms > untilMs - 2 * dayMs; ms -= minuteMs) {
    const now = wall(ms);
    if (!shape.hour(now[1]) || !shape.minute(now[2])) continue;
    const seen = (before: number): boolean => String(wall(ms - before * 30 * minuteMs)) === String(now);
    if (shape.hourly || ![1, 2].some(seen)) return ms;
  }
  return undefined;
}

const acts = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 2 * hourMs }).map((ms) => ({ type: 'wait' as const, ms })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(-dayMs, -hourMs, -minuteMs, minuteMs, hourMs, dayMs)
      .map((ms) => ({ type: 'step' as const, ms })),
  },
);

test('no time is run twice, none comes and is forgotten', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...shapes),
      fc.constantFrom(...places),
      fc.array(acts, { maxLength: 10 }),
      (shape, [zone, begin], history) => {
        const cluster = new SimCluster({ seed: 1, shuffle: true });
        cluster.stepClock((parseTime(begin) ?? 0) - cluster.nowMs);
        const createdMs = cluster.nowMs;
        const object = cronJobObject('tick', { schedule: shape.schedule, timeZone: zone }, '');
        cluster.submit('user', [{ type: 'create', object }]);
        cluster.settle();
        for (const act of [...history, { type: 'wait', ms: 6 * hourMs } as const]) {
          if (act.type === 'step') cluster.stepClock(act.ms);
          else cluster.advance(act.ms);
        }
        cluster.advance(noticedMs);
        const made = cluster.commits.flatMap(({ change: { before, after } }) =>
          before === undefined && after?.kind === 'Job' ? [after.metadata.name] : [],
        );
        assert.equal(new Set(made).size, made.length, `twice: ${made.join()}`);
        const { status } = cluster.view.get<CronJob>('batch/v1', 'CronJob', 'shop', 'tick') ?? {};
        const ranMs = parseTime(status?.lastScheduleTime ?? '') ?? createdMs;
        const dueMs = latest(shape, zone, cluster.nowMs);
        // A clock that was set back: what it shows now has been, and was run or missed.
        if (ranMs > cluster.nowMs || dueMs === undefined || dueMs <= createdMs) return;
        assert.equal(status?.lastScheduleTime, new Date(dueMs).toISOString().replace('.000', ''));
      },
    ),
    { numRuns: 15 },
  );
});
