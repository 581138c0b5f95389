/** Lines that the facts of many kinds share. */
import type { KubeObject } from '../../reconciler/core/model/object.ts';

interface AnyCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export function conditionFacts(
  conditions: readonly AnyCondition[] | undefined,
  withMessage: boolean,
): string[] {
  return (conditions ?? []).map(({ type, status, reason, message }) => {
    const why = reason === undefined ? '' : ` (${reason})`;
    return `${type}=${status}${why}${withMessage && message !== undefined ? `: ${message}` : ''}`;
  });
}

export function ownerFacts(object: KubeObject): string[] {
  return (object.metadata.ownerReferences ?? []).map((owner) => `owner: ${owner.kind} ${owner.name}`);
}
