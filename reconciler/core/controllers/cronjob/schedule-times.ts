/**
 * When a schedule is due. As with Kubernetes' cron library a time that the change to summer time leaves out is not due
 * that day. A time that the change back brings twice is due the first time alone, unless the schedule is for every hour.
 */
import type { CronFields, CronInterval } from '../../../../schemas/validation/cron.ts';
import { civilFromDays } from '../../model/time.ts';
import { offsetChange, offsetMs } from './zone-offset.ts';

export type Schedule = CronFields | CronInterval;

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Whatever is due at all is due within five years, as the library has it: it gives up then. */
const daysMax = 5 * 366;

/** No change of the clock by law is larger. */
const changeMaxMs = 3 * 3_600_000;

/** The first time after `afterMs`; undefined where there is none, as on the 31st of February. */
export function nextTime(schedule: Schedule, zone: string, afterMs: number): number | undefined {
  if (schedule.type === 'every') return Math.floor(afterMs / 1000) * 1000 + schedule.seconds * 1000;
  const everyHour = schedule.hours.length === 24;
  let fromMs = (Math.floor(afterMs / minuteMs) + 1) * minuteMs;
  for (;;) {
    const offset = offsetMs(zone, fromMs);
    const wall = wallTime(schedule, fromMs + offset);
    if (wall === undefined) return undefined;
    const dueMs = wall - offset;
    const changeMs = offsetChange(zone, fromMs, dueMs);
    if (changeMs !== undefined) fromMs = changeMs;
    else if (!everyHour && isRepeated(zone, dueMs)) fromMs = dueMs + minuteMs;
    else return dueMs;
  }
}

/** The last time after `afterMs` and up to `untilMs`. */
export function lastTime(
  schedule: Schedule,
  zone: string,
  afterMs: number,
  untilMs: number,
): number | undefined {
  if (schedule.type === 'every') {
    const stepMs = schedule.seconds * 1000;
    const steps = Math.floor((untilMs - afterMs) / stepMs);
    return steps > 0 ? afterMs + steps * stepMs : undefined;
  }
  for (let spanMs = minuteMs; ; spanMs *= 4) {
    const fromMs = Math.max(afterMs, untilMs - spanMs);
    let found: number | undefined;
    for (let at = nextTime(schedule, zone, fromMs); at !== undefined && at <= untilMs; ) {
      found = at;
      at = nextTime(schedule, zone, at);
    }
    if (found !== undefined || fromMs <= afterMs) return found;
  }
}

/** How many times lie after `afterMs` and up to `untilMs`; no more than `most` are counted. */
export function countTimes(
  schedule: Schedule,
  zone: string,
  afterMs: number,
  untilMs: number,
  most: number,
): number {
  let [count, at] = [0, nextTime(schedule, zone, afterMs)];
  for (; at !== undefined && at <= untilMs && count < most; count++) at = nextTime(schedule, zone, at);
  return count;
}

/** The first time on the wall from `fromMs` on, in milliseconds as if the wall were UTC. */
function wallTime(fields: CronFields, fromMs: number): number | undefined {
  const first = Math.floor(fromMs / dayMs);
  for (let day = first; day < first + daysMax; day++) {
    if (!matchesDay(fields, day)) continue;
    const minute = minuteOfDay(fields, day === first ? Math.ceil((fromMs - day * dayMs) / minuteMs) : 0);
    if (minute !== undefined) return day * dayMs + minute * minuteMs;
  }
  return undefined;
}

function minuteOfDay({ hours, minutes }: CronFields, from: number): number | undefined {
  for (const hour of hours) {
    const minute = minutes.find((one) => hour * 60 + one >= from);
    if (minute !== undefined) return hour * 60 + minute;
  }
  return undefined;
}

function matchesDay({ months, daysOfMonth, daysOfWeek, anyDay }: CronFields, day: number): boolean {
  const [, month, dayOfMonth] = civilFromDays(day);
  if (!months.includes(month)) return false;
  const byDate = daysOfMonth.includes(dayOfMonth);
  // The first day of 1970 was a Thursday.
  const byWeekday = daysOfWeek.includes((((day + 4) % 7) + 7) % 7);
  return anyDay ? byDate && byWeekday : byDate || byWeekday;
}

/** Whether the clock on the wall has shown this time already, before it was put back. */
function isRepeated(zone: string, ms: number): boolean {
  if (zone === 'UTC') return false;
  const before = offsetMs(zone, ms - changeMaxMs);
  const shiftMs = before - offsetMs(zone, ms);
  return shiftMs > 0 && offsetMs(zone, ms - shiftMs) === before;
}
