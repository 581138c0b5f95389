/** js-yaml's flat stream of events, and where in the text each node begins. */
import {
  type AliasEvent,
  EVENT_ID,
  type Event,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';

export type NodeEvent = AliasEvent | MappingEvent | ScalarEvent | SequenceEvent;

/** The event at an index, which must open a node. */
export function nodeAt(events: readonly Event[], index: number): NodeEvent {
  const event = events[index];
  if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
    throw new Error(`event ${index} does not open a node`);
  }
  return event;
}

/** Index of the event after a node and everything in it. */
export function afterNode(events: readonly Event[], index: number): number {
  let open = 0;
  for (let at = index; at < events.length; at++) {
    const type = events[at]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) open++;
    if (type === EVENT_ID.POP) open--;
    if (open <= 0) return at + 1;
  }
  throw new Error(`the node at event ${index} does not end`);
}

/** Where a node begins, with its quotes, anchor and tag; nothing for a value that is not written at all. */
export function nodeOffset(event: NodeEvent): number | undefined {
  const starts = [
    event.anchorStart < 0 ? undefined : event.anchorStart - 1,
    'tagStart' in event && event.tagStart >= 0 ? event.tagStart : undefined,
    contentOffset(event),
  ].filter((offset) => offset !== undefined);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

function contentOffset(event: NodeEvent): number | undefined {
  if (event.type === EVENT_ID.ALIAS) return undefined;
  if (event.type !== EVENT_ID.SCALAR) return event.start;
  if (event.valueStart < 0) return undefined;
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? event.valueStart - 1 : event.valueStart;
}
