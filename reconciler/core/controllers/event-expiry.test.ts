import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import { parseTime } from '../model/time.ts';
import { MutableView } from '../model/view.ts';
import { eventExpiryController } from './event-expiry.ts';

const made = '2026-01-01T00:00:00Z';
const madeMs = parseTime(made) ?? 0;
const minuteMs = 60_000;

function planned(
  event: Partial<Event>,
  afterMs: number,
): readonly [deletes: number, againMs: number | undefined] {
  const view = new MutableView();
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'default', uid: 'u', creationTimestamp: made },
    involvedObject: {},
    ...event,
  } as Event;
  view.apply(refOf(object), object, 1);
  const plan = eventExpiryController.plan(refOf(object), view, { nowMs: madeMs + afterMs, seed: 0 });
  return [plan.changes.length, plan.requeueAfterMs];
}

test('an event is looked at again when its hour is over, and is gone then', () => {
  assert.deepEqual(planned({}, 0), [0, 60 * minuteMs]);
  assert.deepEqual(planned({}, 59 * minuteMs), [0, minuteMs]);
  assert.deepEqual(planned({}, 60 * minuteMs), [1, undefined]);
});

test('the hour counts from when the event was last seen', () => {
  assert.deepEqual(planned({ lastTimestamp: '2026-01-01T00:30:00Z' }, 60 * minuteMs), [0, 30 * minuteMs]);
  const series = { count: 3, lastObservedTime: '2026-01-01T00:45:00.000000Z' };
  assert.deepEqual(planned({ series }, 60 * minuteMs), [0, 45 * minuteMs]);
});
