/** What a pod would rather have, and what a node would rather not. */
import { invert, scaleUp } from './normalize.ts';
import type { Score } from './score.ts';

/** Fewer untolerated PreferNoSchedule taints are better. */
export const preferredTaints: Score = ({ fixed, state }, slots, points) => {
  if (state.table.discouraged.size === 0) return false;
  for (let at = 0; at < slots.length; at++) points[at] = fixed.taints[slots[at] ?? 0] ?? 0;
  return invert(points);
};

/** The weights of the preferred terms that the node matches. */
export const preferredAffinity: Score = ({ fixed }, slots, points) => {
  const { preferences } = fixed;
  if (preferences === undefined) return false;
  for (let at = 0; at < slots.length; at++) points[at] = preferences[slots[at] ?? 0] ?? 0;
  return scaleUp(points);
};
