/** Events are news: an hour after they were last seen they are gone, as with kube-apiserver's `--event-ttl`. */
import type { Event } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../model/controller.ts';
import { refOf } from '../model/object.ts';
import { emptyPlan } from '../model/plan.ts';
import { parseTime } from '../model/time.ts';

const lifeMs = 3_600_000;

export const eventExpiryController: Controller = {
  name: 'event-expiry-controller',
  keysFor: ({ ref, after }) => (ref.kind === 'Event' && after !== undefined ? [ref] : []),
  plan: (key, view, { nowMs }) => {
    const event = view.get<Event>('v1', 'Event', key.namespace, key.name);
    if (event === undefined || event.metadata.deletionTimestamp !== undefined) return emptyPlan;
    const leftMs = lastSeenMs(event) + lifeMs - nowMs;
    if (leftMs > 0) return { ...emptyPlan, requeueAfterMs: leftMs };
    return {
      ...emptyPlan,
      changes: [{ type: 'delete', ref: refOf(event), uid: event.metadata.uid ?? '' }],
    };
  },
};

/** The newest of its times: a series goes on, a count grows. */
function lastSeenMs({ metadata, lastTimestamp, eventTime, series }: Event): number {
  const times = [metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime];
  return Math.max(0, ...times.map((time) => parseTime(time ?? '') ?? 0));
}
