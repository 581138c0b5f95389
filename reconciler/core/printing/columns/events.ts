/** Columns of events, of the core group and of events.k8s.io alike. */
import type {
  Event as CoreEvent,
  EventSource,
  ObjectReference,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Event as NewEvent } from '../../../../schemas/kubernetes/types/events-v1.ts';
import { type ColumnTable, nameColumn, summarizedTable, text, wide } from '../column.ts';
import { ageOf } from '../duration.ts';

interface EventSummary {
  readonly lastSeen: string;
  readonly firstSeen: string;
  readonly count: number;
  readonly object: string;
  readonly source: string;
  readonly message: string;
  readonly fieldPath: string;
}

interface EventParts {
  readonly object: ObjectReference | undefined;
  readonly source: EventSource | undefined;
  readonly controller: string | undefined;
  readonly instance: string | undefined;
  readonly first: string | undefined;
  readonly last: string | undefined;
  readonly count: number | undefined;
  readonly message: string | undefined;
}

type Event = CoreEvent | NewEvent;

const events = summarizedTable<Event, EventSummary>(summaryOf, [
  text('Last Seen', 'Time since it last happened.', (_event, _now, { lastSeen }) => lastSeen),
  text('Type', 'Normal or Warning.', ({ type }) => type ?? ''),
  text('Reason', 'Why it happened, in one word.', ({ reason }) => reason ?? ''),
  text('Object', 'What it happened to.', (_event, _now, { object }) => object),
  wide('Subobject', 'Part of the object.', (_event, _now, { fieldPath }) => fieldPath),
  wide('Source', 'Who says so.', (_event, _now, { source }) => source),
  text('Message', 'What happened.', (_event, _now, { message }) => message),
  wide('First Seen', 'Time since it first happened.', (_event, _now, { firstSeen }) => firstSeen),
  wide('Count', 'How often it happened.', (_event, _now, { count }) => count),
  { ...nameColumn, priority: 1 },
]);

export const eventColumns: Readonly<Record<string, ColumnTable>> = {
  '/Event': events,
  'events.k8s.io/Event': events,
};

function summaryOf(event: Event, nowMs: number): EventSummary {
  const parts = event.apiVersion === 'v1' ? coreParts(event) : newParts(event);
  const { object, source, series } = { ...parts, series: event.series };
  const firstSeen = ageOf(parts.first ?? event.eventTime, nowMs);
  const lastSeen = parts.last === undefined ? firstSeen : ageOf(parts.last, nowMs);
  const kind = (object?.kind ?? '').toLowerCase();
  return {
    firstSeen,
    lastSeen: series === undefined ? lastSeen : ageOf(series.lastObservedTime, nowMs),
    // Singletons of the newer API bear no count.
    count: series === undefined ? parts.count || 1 : (series.count ?? 0),
    object: object?.name ? `${kind}/${object.name}` : kind,
    source: [source?.component || parts.controller || '', source?.host || parts.instance || '']
      .filter((part, index) => index === 0 || part !== '')
      .join(', '),
    message: (parts.message ?? '').trim(),
    fieldPath: object?.fieldPath ?? '',
  };
}

function coreParts(event: CoreEvent): EventParts {
  return {
    object: event.involvedObject,
    source: event.source,
    controller: event.reportingComponent,
    instance: event.reportingInstance,
    first: event.firstTimestamp ?? undefined,
    last: event.lastTimestamp ?? undefined,
    count: event.count,
    message: event.message,
  };
}

function newParts(event: NewEvent): EventParts {
  return {
    object: event.regarding,
    source: event.deprecatedSource,
    controller: event.reportingController,
    instance: event.reportingInstance,
    first: event.deprecatedFirstTimestamp ?? undefined,
    last: event.deprecatedLastTimestamp ?? undefined,
    count: event.deprecatedCount,
    message: event.note,
  };
}
