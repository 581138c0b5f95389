/** Events of the group events.k8s.io and those of the core group: one object under two sets of names. */
import type { Event } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Event as NewEvent } from '../../../schemas/kubernetes/types/events-v1.ts';
import type { KubeObject } from '../model/object.ts';

/** Core names by those of events.k8s.io. */
const coreNames: Readonly<Record<string, string>> = {
  deprecatedCount: 'count',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedSource: 'source',
  note: 'message',
  regarding: 'involvedObject',
  reportingController: 'reportingComponent',
};
const newNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(coreNames).map(([fresh, core]) => [core, fresh]),
);

function renamed(object: object, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([field, value]) => [names[field] ?? field, value as unknown]),
  );
}

/** An event of events.k8s.io/v1 as one of core v1. */
export function eventToHub(object: KubeObject): KubeObject {
  return { involvedObject: {}, ...renamed(object, coreNames), apiVersion: 'v1' } as unknown as Event;
}

/** An event of core v1 as one of events.k8s.io/v1, where `eventTime` is always there, if only as null. */
export function eventFromHub(object: KubeObject): KubeObject {
  const event = renamed(object, newNames);
  return { eventTime: null, ...event, apiVersion: 'events.k8s.io/v1' } as unknown as NewEvent;
}
