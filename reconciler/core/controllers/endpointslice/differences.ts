/** From the slices that are there to those that shall be. */
import type { EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import { sameJson } from '../../model/json.ts';
import { refOf } from '../../model/object.ts';
import type { Change } from '../../model/plan.ts';
import { triggerTimeAnnotation } from '../service-pods.ts';

/** The changes that it takes; what is written bears the time of what caused it, where that is known. */
export function differences(
  wanted: readonly EndpointSlice[],
  current: readonly EndpointSlice[],
  triggerTime: () => string | undefined,
): readonly Change[] {
  const byName = new Map(current.map((slice) => [slice.metadata.name, slice]));
  const changes: Change[] = [];
  let time: { readonly value: string | undefined } | undefined;
  for (const slice of wanted) {
    const known = byName.get(slice.metadata.name);
    byName.delete(slice.metadata.name);
    if (known !== undefined && sameJson(known, slice)) continue;
    time ??= { value: triggerTime() };
    const object = triggered(slice, time.value);
    changes.push(
      known === undefined ? { type: 'create', object } : { type: 'update', scope: 'spec', object },
    );
  }
  return [...changes, ...[...byName.values()].map(deletion)];
}

function triggered(slice: EndpointSlice, time: string | undefined): EndpointSlice {
  const { annotations: known = {}, ...metadata } = slice.metadata;
  const { [triggerTimeAnnotation]: _, ...others } = known;
  const annotations = time === undefined ? others : { ...others, [triggerTimeAnnotation]: time };
  return {
    ...slice,
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations },
  };
}

/** Takes away a slice that stands for nothing any more. */
export function deletion(slice: EndpointSlice): Change {
  return { type: 'delete', ref: refOf(slice), uid: slice.metadata.uid ?? '' };
}
