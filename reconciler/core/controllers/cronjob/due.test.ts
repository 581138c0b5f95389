import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, CronJobSpec } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import { formatTime, parseTime } from '../../model/time.ts';
import { newJob } from './cron-jobs.ts';
import { dueOf } from './due.ts';

function cron(spec: Partial<CronJobSpec>, lastScheduleTime?: string): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'shop', uid: 'c', creationTimestamp: '2026-09-01T00:00:00Z' },
    spec: { schedule: '0 * * * *', jobTemplate: {}, ...spec },
    ...(lastScheduleTime === undefined ? {} : { status: { lastScheduleTime } }),
  };
}

function due(subject: CronJob, now: string): readonly unknown[] {
  const { scheduledMs, nextMs, events } = dueOf(subject, parseTime(now) ?? 0);
  const shown = [scheduledMs, nextMs].map((ms) => (ms === undefined ? '-' : formatTime(ms)));
  return [...shown, ...events.map(({ reason, message }) => `${reason}: ${message}`)];
}

test('nothing is due before the first time after the creation', () => {
  assert.deepEqual(due(cron({}), '2026-09-01T00:59:59Z'), ['-', '2026-09-01T01:00:00Z']);
  assert.deepEqual(due(cron({}), '2026-09-01T01:00:00Z'), ['2026-09-01T01:00:00Z', '2026-09-01T02:00:00Z']);
});

test('what was run is not due again, though the clock steps back before it', () => {
  const ran = cron({}, '2026-09-01T05:00:00Z');
  assert.deepEqual(due(ran, '2026-09-01T05:00:01Z'), ['-', '2026-09-01T06:00:00Z']);
  assert.deepEqual(due(ran, '2026-08-31T05:00:01Z'), ['-', '2026-09-01T06:00:00Z']);
});

test('a time that passed its deadline is told of in Kubernetes’ words', () => {
  const subject = cron({ startingDeadlineSeconds: 30 }, '2026-09-07T08:00:00Z');
  assert.deepEqual(due(subject, '2026-09-07T09:00:30Z'), ['2026-09-07T09:00:00Z', '2026-09-07T10:00:00Z']);
  assert.deepEqual(due(subject, '2026-09-07T09:00:40Z'), [
    '-',
    '2026-09-07T10:00:00Z',
    'MissSchedule: Missed scheduled time to start a job: Mon, 07 Sep 2026 09:00:00 +0000',
  ]);
  assert.deepEqual(due(subject, '2026-09-07T09:30:00Z'), ['-', '2026-09-07T10:00:00Z']);
});

test('more than a hundred missed times are warned of, as far as the deadline looks back', () => {
  const many =
    'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
  const [, , told] = due(cron({}), '2026-09-05T05:00:00Z');
  assert.equal(told, many);
  assert.deepEqual(due(cron({}), '2026-09-05T04:00:00Z').slice(2), []);
  assert.deepEqual(due(cron({ startingDeadlineSeconds: 7200 }), '2026-10-01T00:00:00Z').slice(2), []);
});

test('what cannot be read is told, and never due', () => {
  assert.deepEqual(due(cron({ timeZone: 'Mars/Olympus' }), '2026-09-02T00:00:00Z'), [
    '-',
    '-',
    'UnknownTimeZone: invalid timeZone: "Mars/Olympus": unknown time zone Mars/Olympus',
  ]);
  const [, , told] = due(cron({ schedule: '61 * * * *' }), '2026-09-02T00:00:00Z');
  assert.match(String(told), /^UnparseableSchedule: unparseable schedule: "61 \* \* \* \*" : end of range/);
  assert.deepEqual(due(cron({ schedule: '0 0 31 2 *' }), '2026-09-02T00:00:00Z'), ['-', '-']);
});

test('a job bears its time in the zone of the schedule', () => {
  const subject = cron({
    timeZone: 'America/New_York',
    jobTemplate: { metadata: { annotations: { a: 'b' } } },
  });
  const { metadata } = newJob(subject, parseTime('2026-09-07T13:00:00Z') ?? 0);
  assert.equal(metadata.name, 'tick-29813100');
  assert.deepEqual(metadata.annotations, {
    a: 'b',
    'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-09-07T09:00:00-04:00',
  });
});
