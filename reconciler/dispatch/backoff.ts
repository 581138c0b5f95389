/** How long to wait before a host is tried again. Pure. */

/** The first retry is quick: most lost links are an sshd or agent that restarts. */
const firstMs = 250;

/** A host that comes back is noticed after this at the latest. */
const longestMs = 15_000;

/** For what only a person can change on the host: a refused key, a missing package. */
const slowMs = 60_000;

export type RetryPace = 'soon' | 'slowly';

/**
 * The delay before the next attempt, after `failures` failed ones in a row (1 and more). `random` in [0, 1)
 * spreads it over its upper half, so that hosts lost together are not all tried in the same moment.
 */
export function retryDelayMs(pace: RetryPace, failures: number, random: number): number {
  const doubled = firstMs * 2 ** Math.min(failures - 1, 16);
  const fullMs = pace === 'slowly' ? slowMs : Math.min(doubled, longestMs);
  return Math.round(fullMs * (0.5 + random / 2));
}
