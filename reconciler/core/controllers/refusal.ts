/** What controllers that make pods do when the API refuses a plan of theirs. */
import type { Refusal } from '../model/controller.ts';
import type { Change } from '../model/plan.ts';

/**
 * The creations and deletions before the refused change: the API would have taken them, so they are not held up, just
 * as Kubernetes creates one by one. Status writes are left out: after a refusal they say something else.
 */
export function takenChanges({ plan, change }: Refusal): readonly Change[] {
  const index = plan.changes.indexOf(change);
  return plan.changes.slice(0, Math.max(0, index)).filter(({ type }) => type !== 'update');
}

/** A namespace on its way out refuses everything: there is nothing to tell, and nobody to tell it to. */
export function isNamespaceEnding({ problem }: Refusal): boolean {
  return (problem.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');
}
