/** What spreads pods that say nothing of it themselves: the selectors of Services and of the workloads that make them. */
import { sameJson } from '../../model/json.ts';
import type { ViewChange } from '../../model/view.ts';

const spreaders: ReadonlySet<string> = new Set([
  'Service',
  'ReplicaSet',
  'StatefulSet',
  'ReplicationController',
]);

/** Their statuses change all the time, their selectors hardly ever. */
export function changesSpreading({ ref, before, after }: ViewChange): boolean {
  return spreaders.has(ref.kind) && !sameJson(selectorOf(before), selectorOf(after));
}

function selectorOf(object: ViewChange['after']): unknown {
  return (object as { readonly spec?: { readonly selector?: unknown } } | undefined)?.spec?.selector;
}
