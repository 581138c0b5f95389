import { type KubeObject, refOf } from '../model/object.ts';
import type { EventRecord } from '../model/plan.ts';

/** Makes the events of one component. */
export function eventsOf(source: string) {
  const record =
    (type: EventRecord['type']) =>
    (about: KubeObject, reason: string, message: string): EventRecord => ({
      about: refOf(about),
      aboutUid: about.metadata.uid ?? '',
      type,
      reason,
      message,
      source,
    });
  return { normal: record('Normal'), warning: record('Warning') };
}
