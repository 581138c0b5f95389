/** Lists of conditions: one per type, the time of the last change of status kept. */

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** `conditions` with `next` in place of its type, its lastTransitionTime moved only when the status changes. */
export function withCondition<T extends Condition>(
  conditions: readonly T[] | undefined,
  next: T,
  now: string,
): readonly T[] {
  const list = conditions ?? [];
  const index = list.findIndex((condition) => condition.type === next.type);
  const known = list[index];
  const since = known !== undefined && known.status === next.status ? known.lastTransitionTime : now;
  const stamped = { ...next, lastTransitionTime: since ?? now };
  return known === undefined ? [...list, stamped] : list.with(index, stamped);
}
