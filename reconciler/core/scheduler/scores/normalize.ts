export const scoreMax = 100;

/** Scales `points` so that the largest becomes 100; false where all are zero. */
export function scaleUp(points: Float64Array): boolean {
  const largest = maximum(points);
  if (largest <= 0) return false;
  for (let at = 0; at < points.length; at++)
    points[at] = Math.floor(((points[at] ?? 0) * scoreMax) / largest);
  return true;
}

/** Turns costs into points: none becomes 100, the largest becomes 0; false where all are zero. */
export function invert(costs: Float64Array): boolean {
  const largest = maximum(costs);
  if (largest <= 0) return false;
  for (let at = 0; at < costs.length; at++)
    costs[at] = scoreMax - Math.floor(((costs[at] ?? 0) * scoreMax) / largest);
  return true;
}

/** Stretches `points` over 0 to 100; false where all are equal. */
export function stretch(points: Float64Array): boolean {
  let least = Infinity;
  let largest = -Infinity;
  for (const value of points) {
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  if (!(largest > least)) return false;
  for (let at = 0; at < points.length; at++)
    points[at] = Math.floor((scoreMax * ((points[at] ?? 0) - least)) / (largest - least));
  return true;
}

function maximum(values: Float64Array): number {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}
