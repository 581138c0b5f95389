export const scoreMax = 100;

/** Scales `scores` so that the largest becomes 100; false where all are zero. */
export function scaleUp(scores: Float64Array): boolean {
  const largest = maximum(scores);
  if (largest <= 0) return false;
  for (let at = 0; at < scores.length; at++) scores[at] = ((scores[at] ?? 0) * scoreMax) / largest;
  return true;
}

/** Turns costs into scores: none becomes 100, the largest becomes 0; false where all are zero. */
export function invert(costs: Float64Array): boolean {
  const largest = maximum(costs);
  if (largest <= 0) return false;
  for (let at = 0; at < costs.length; at++) costs[at] = ((largest - (costs[at] ?? 0)) * scoreMax) / largest;
  return true;
}

function maximum(values: Float64Array): number {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}
