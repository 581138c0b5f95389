/** Two autoscalers whose targets select the same pods would pull at each other: neither may act. */
import type { HorizontalPodAutoscaler } from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { selects } from '../../model/label-selector.ts';
import type { ClusterView } from '../../model/view.ts';
import { targetOf } from './target.ts';

/** All that control any of `pods`, as `NAMESPACE/NAME`; empty where it is the one alone. */
export function rivalsOf(
  autoscaler: HorizontalPodAutoscaler,
  pods: readonly Pod[],
  view: ClusterView,
): readonly string[] {
  const { namespace = '', name = '' } = autoscaler.metadata;
  const all = view.list<HorizontalPodAutoscaler>('autoscaling/v2', 'HorizontalPodAutoscaler', namespace);
  const rivals = all.filter((other) => {
    if (other.metadata.name === name || other.metadata.deletionTimestamp !== undefined) return false;
    const target = targetOf(other, view);
    if (typeof target === 'string' || target.selector === undefined) return false;
    return pods.some(({ metadata }) => selects(target.selector, metadata.labels));
  });
  if (rivals.length === 0) return [];
  return [autoscaler, ...rivals].map(({ metadata }) => `${namespace}/${metadata.name ?? ''}`).sort();
}
