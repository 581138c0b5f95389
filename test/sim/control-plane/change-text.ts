/** Commits as a trace tells them: what of them counts as a change, and what it is in a few words. */
import type { PodCondition } from '../../../schemas/kubernetes/types/core-v1.ts';
import { sameJson } from '../../../reconciler/core/model/json.ts';
import { type KubeObject, refOf } from '../../../reconciler/core/model/object.ts';
import type { ViewChange } from '../../../reconciler/core/model/view.ts';

/** Signs of life, and what is only told, are no changes. */
export function matters({ ref, before, after }: ViewChange): boolean {
  if (ref.kind === 'Event' || ref.kind === 'Host' || ref.kind === 'Lease') return false;
  if (before === undefined || after === undefined) return true;
  if (ref.kind === 'Node') return !sameJson(nodeFacts(before), nodeFacts(after));
  return ref.kind !== 'Pod' || !sameJson(podFacts(before), podFacts(after));
}

interface WithConditions extends KubeObject {
  readonly spec?: unknown;
  readonly status?: { readonly conditions?: readonly PodCondition[] };
}

/** What of a node is more than a sign of life. */
function nodeFacts(node: WithConditions): unknown {
  const { spec, status, metadata } = node;
  const conditions = (status?.conditions ?? []).map((condition) => `${condition.type} ${condition.status}`);
  return { spec, labels: metadata.labels, conditions };
}

/** A host that tells a pod's status anew may date its conditions otherwise than a controller did meanwhile. */
function podFacts(pod: WithConditions): unknown {
  const { resourceVersion: _, managedFields: __, ...metadata } = pod.metadata;
  const conditions = (pod.status?.conditions ?? []).map(({ lastTransitionTime: ___, ...rest }) => rest);
  return { ...pod, metadata, status: { ...pod.status, conditions } };
}

/** `create Pod shop/web-1`, or which fields changed. */
export function described({ ref, before, after }: ViewChange): string {
  const object = after ?? before;
  const { namespace, name } = object === undefined ? ref : refOf(object);
  const where = `${ref.kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  if (before === undefined) return `create ${where}`;
  if (after === undefined) return `remove ${where}`;
  return `${where} {${differences(before, after).join(', ')}}`;
}

/** The innermost fields that differ, two levels deep. */
function differences(before: object, after: object, depth = 0): readonly string[] {
  const [old, now] = [before, after] as unknown as Readonly<Record<string, unknown>>[];
  const keys = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]);
  return [...keys]
    .filter((key) => key !== 'resourceVersion' && key !== 'managedFields')
    .flatMap((key) => {
      const [was, is] = [old?.[key], now?.[key]];
      if (sameJson(was, is)) return [];
      if (isRecord(was) && isRecord(is) && depth < 2)
        return differences(was, is, depth + 1).map((path) => `${key}.${path}`);
      const text = typeof is === 'object' ? '' : `=${JSON.stringify(is) ?? 'undefined'}`;
      return [`${key}${text}`];
    });
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
