/**
 * Cron schedules. node-cron reads the expression; what is due is computed here from the last run, because a timer
 * that is merely armed forgets over a restart, stops when the clock steps back, and skips an hour that the change
 * to summer time leaves out. Times are those of the machine's time zone, as with any cron.
 */
import { parse, validate } from 'node-cron';
import type { Clock, Schedules } from '../core/ports.ts';

/** Every expression that is due at all is due within a leap cycle that meets each weekday: 28 years, and a century's gap. */
const daysMax = 40 * 366;

/** No timer is longer, so that a step of the clock is noticed within this time. */
const tickMaxMs = 30_000;

const minuteMs = 60_000;

/** No change of the clock by law is larger; within it, an hour may come twice. */
const repeatedHourMs = 3 * 60 * minuteMs;

interface CronFields {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly lastDayOfMonth: boolean;
  readonly daysOfWeek: ReadonlySet<number>;
}

/** The Schedules port. */
export const cronSchedules: Schedules = {
  next: (expression, afterMs) => {
    const fields = cronFields(expression);
    return fields && nextMatch(fields, afterMs);
  },
};

/**
 * When a schedule is due, in milliseconds since the epoch: a time up to `nowMs` means now. However many times were
 * missed, they are due once. A last run in the future is the mark of a clock that stepped back, and counts as now.
 * Undefined where the expression is not valid.
 */
export function nextDue(
  expression: string,
  lastRunMs: number | undefined,
  nowMs: number,
): number | undefined {
  const fields = cronFields(expression);
  if (fields === undefined) return undefined;
  return lastRunMs === undefined ? nowMs : nextMatch(fields, Math.min(lastRunMs, nowMs));
}

/**
 * Calls `onDue` with the time at which the schedule is due, until the returned function is called. The caller
 * keeps that time as the last run, and hands it in again after a restart. Throws where the expression is not valid.
 */
export function createTicker(options: {
  readonly expression: string;
  readonly lastRunMs: number | undefined;
  readonly clock: Clock;
  readonly onDue: (atMs: number) => void;
}): () => void {
  const { expression, clock, onDue } = options;
  let { lastRunMs } = options;
  let cancel = (): void => undefined;
  const arm = (): void => {
    const nowMs = clock.now();
    const dueMs = nextDue(expression, lastRunMs, nowMs);
    if (dueMs === undefined) throw new TypeError(`'${expression}' is not a cron expression`);
    cancel = clock.after(Math.min(tickMaxMs, Math.max(0, dueMs - nowMs)), tick);
  };
  const tick = (): void => {
    const nowMs = clock.now();
    if (lastRunMs !== undefined && lastRunMs > nowMs) lastRunMs = nowMs;
    const dueMs = nextDue(expression, lastRunMs, nowMs);
    if (dueMs !== undefined && dueMs <= nowMs) {
      lastRunMs = nowMs;
      onDue(nowMs);
    }
    arm();
  };
  arm();
  return () => cancel();
}

/** Undefined where node-cron refuses the expression, or it uses one of node-cron's own additions. */
function cronFields(expression: string): CronFields | undefined {
  if (!validate(expression)) return undefined;
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = parse(expression);
  const numbers = dayOfMonth.filter((day) => typeof day === 'number');
  const lastDayOfMonth = dayOfMonth.includes('L');
  if (numbers.length + (lastDayOfMonth ? 1 : 0) !== dayOfMonth.length) return undefined;
  const weekdays = dayOfWeek.filter((day) => typeof day === 'number');
  if (weekdays.length !== dayOfWeek.length) return undefined;
  return {
    seconds: ascending(second),
    minutes: ascending(minute),
    hours: ascending(hour),
    months: new Set(month),
    daysOfMonth: new Set(numbers),
    lastDayOfMonth,
    daysOfWeek: new Set(weekdays.map((day) => day % 7)),
  };
}

/** The first matching time after `afterMs`. */
function nextMatch(fields: CronFields, afterMs: number): number | undefined {
  return hasEveryHour(fields)
    ? (nextWithinRepeatedHour(fields, afterMs) ?? nextByCalendar(fields, afterMs))
    : nextByCalendar(fields, afterMs);
}

/**
 * Walks the calendar, a day at a time. A time that the change to summer time leaves out comes out of Date as one
 * hour later, so that it is due once and not never; one that comes twice is due the first time.
 */
function nextByCalendar(fields: CronFields, afterMs: number): number | undefined {
  const start = new Date(afterMs);
  const [year, month, date] = [start.getFullYear(), start.getMonth(), start.getDate()];
  for (let offset = 0; offset < daysMax; offset++) {
    const day = new Date(year, month, date + offset);
    if (!matchesDay(fields, day)) continue;
    const found = nextInDay(fields, day, afterMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nextInDay(fields: CronFields, day: Date, afterMs: number): number | undefined {
  const [year, month, date] = [day.getFullYear(), day.getMonth(), day.getDate()];
  let first: number | undefined;
  for (const hour of fields.hours) {
    for (const minute of fields.minutes) {
      for (const second of fields.seconds) {
        const time = new Date(year, month, date, hour, minute, second).getTime();
        if (time > afterMs && (first === undefined || time < first)) first = time;
      }
    }
    // Later hours are later times, but for the one that summer time leaves out.
    if (first !== undefined && new Date(first).getHours() === hour) return first;
  }
  return first;
}

/** What is due in each hour is due in a repeated hour too, which the calendar alone would leave out. */
function nextWithinRepeatedHour(fields: CronFields, afterMs: number): number | undefined {
  const firstMinute = Math.floor(afterMs / minuteMs) * minuteMs;
  for (let minute = firstMinute; minute <= afterMs + repeatedHourMs; minute += minuteMs) {
    const time = new Date(minute);
    if (!fields.minutes.includes(time.getMinutes()) || !matchesDay(fields, time)) continue;
    for (const second of fields.seconds) {
      const at = minute + second * 1_000;
      if (at > afterMs) return at;
    }
  }
  return undefined;
}

/** As in crontab(5): where both the day of the month and the weekday are restricted, either will do. */
function matchesDay(fields: CronFields, day: Date): boolean {
  if (!fields.months.has(day.getMonth() + 1)) return false;
  const everyDate = fields.daysOfMonth.size === 31;
  const everyWeekday = fields.daysOfWeek.size === 7;
  const byDate = fields.daysOfMonth.has(day.getDate()) || (fields.lastDayOfMonth && isLastOfMonth(day));
  const byWeekday = fields.daysOfWeek.has(day.getDay());
  if (everyDate) return byWeekday;
  return everyWeekday ? byDate : byDate || byWeekday;
}

function isLastOfMonth(day: Date): boolean {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getDate() === 1;
}

function hasEveryHour(fields: CronFields): boolean {
  return fields.hours.length === 24;
}

function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((left, right) => left - right);
}
