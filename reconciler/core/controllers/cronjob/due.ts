/** What a CronJob owes: computed from its last run and its creation alone, so that no restart forgets or repeats one. */
import type { CronJob } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import { parseCron } from '../../../../schemas/validation/cron.ts';
import { timeZoneProblem } from '../../../../schemas/validation/time-zone.ts';
import type { EventRecord } from '../../model/plan.ts';
import { parseTime } from '../../model/time.ts';
import { eventsOf } from '../events.ts';
import { countTimes, lastTime, nextTime, type Schedule } from './schedule-times.ts';

const events = eventsOf('cronjob-controller');

/** More missed times than this are worth a warning, as in Kubernetes. */
const missedMax = 100;

/** A time that passed its deadline is told of for so long. */
const missToldMs = 60_000;

export interface Due {
  /** The latest time that was not run and may still be; undefined where there is none. */
  readonly scheduledMs?: number;
  /** When to look again. */
  readonly nextMs?: number;
  readonly events: readonly EventRecord[];
}

export function dueOf(cron: CronJob, nowMs: number): Due {
  const { timeZone: zone = 'UTC', schedule: text, suspend } = cron.spec;
  const wrongZone = zone === 'UTC' ? undefined : timeZoneProblem(zone);
  if (wrongZone !== undefined) {
    const message = `invalid timeZone: ${JSON.stringify(zone)}: ${wrongZone}`;
    return { events: [events.warning(cron, 'UnknownTimeZone', message)] };
  }
  if (suspend === true) return { events: [] };
  const schedule = parseCron(text);
  if (typeof schedule === 'string') {
    const message = `unparseable schedule: ${JSON.stringify(text)} : ${schedule}`;
    return { events: [events.warning(cron, 'UnparseableSchedule', message)] };
  }
  return dueBy(cron, schedule, zone, nowMs);
}

function dueBy(cron: CronJob, schedule: Schedule, zone: string, nowMs: number): Due {
  const { startingDeadlineSeconds } = cron.spec;
  const ranMs = parseTime(cron.status?.lastScheduleTime ?? '') ?? createdMs(cron);
  const deadlineMs = startingDeadlineSeconds === undefined ? undefined : startingDeadlineSeconds * 1000;
  const latestMs = lastTime(schedule, zone, ranMs, nowMs);
  const nextMs = nextTime(schedule, zone, Math.max(ranMs, nowMs));
  const next = nextMs === undefined ? {} : { nextMs };
  if (latestMs === undefined) return { ...next, events: [] };
  const lateMs = deadlineMs === undefined ? 0 : nowMs - latestMs - deadlineMs;
  if (lateMs > 0) return { ...next, events: lateMs > missToldMs ? [] : [missed(cron, latestMs)] };
  const sinceMs = Math.max(ranMs, deadlineMs === undefined ? -Infinity : nowMs - deadlineMs);
  const many = countTimes(schedule, zone, sinceMs, nowMs, missedMax + 1) > missedMax;
  return { ...next, scheduledMs: latestMs, events: many ? [tooMany(cron)] : [] };
}

function createdMs({ metadata }: CronJob): number {
  return parseTime(metadata.creationTimestamp ?? '') ?? 0;
}

function tooMany(cron: CronJob): EventRecord {
  const message =
    'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
  return events.warning(cron, 'TooManyMissedTimes', message);
}

function missed(cron: CronJob, ms: number): EventRecord {
  return events.warning(cron, 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(ms)}`);
}

const inUtc = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  hourCycle: 'h23',
  ...{ weekday: 'short', day: '2-digit', month: 'short', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
});

/** `Thu, 01 Jan 2026 00:05:00 +0000`. */
function rfc1123(ms: number): string {
  const parts = new Map(inUtc.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('weekday')}, ${part('day')} ${part('month')} ${part('year')} ${part('hour')}:${part('minute')}:${part('second')} +0000`;
}
