/**
 * Timers run by a clock that never steps, deadlines by one that may. No wait is longer than this, so that a
 * clock that was set is noticed soon.
 */
const waitMaxMs = 60_000;

/** The first of these waits, as a plan asks for it; nothing where there is none. */
export function wakeAfter(...waitsMs: readonly (number | undefined)[]): { readonly requeueAfterMs?: number } {
  const waits = waitsMs.filter((ms) => ms !== undefined);
  if (waits.length === 0) return {};
  return { requeueAfterMs: Math.min(waitMaxMs, Math.max(1, Math.ceil(Math.min(...waits)))) };
}
