/** Which etcd Berth trusts with a cluster. */

/**
 * The first releases of each minor version with the fixes that a store of record needs: watches that lose no event,
 * revisions that do not fall after a crash, reads that are not stale.
 */
const oldestTrusted: readonly (readonly [number, number, number])[] = [
  [3, 5, 28],
  [3, 6, 9],
];

/** The first releases that answer a watch's request for progress in order with its events. */
const oldestWithProgress: readonly (readonly [number, number, number])[] = [
  [3, 4, 25],
  [3, 5, 8],
  [3, 6, 0],
];

/** Whether `version` (`3.5.28`) is one that Berth works with in production. */
export function isTrusted(version: string): boolean {
  return isAtLeast(version, oldestTrusted);
}

export function answersProgress(version: string): boolean {
  return isAtLeast(version, oldestWithProgress);
}

/** At least the named release of its own minor version, or of a later minor version than all that are named. */
function isAtLeast(version: string, releases: readonly (readonly [number, number, number])[]): boolean {
  const [major, minor, patch] = version.split(/[.+-]/).map(Number);
  if (major === undefined || minor === undefined || patch === undefined || Number.isNaN(patch)) return false;
  const same = releases.find((release) => release[0] === major && release[1] === minor);
  if (same !== undefined) return patch >= same[2];
  const last = releases.at(-1);
  return last !== undefined && (major > last[0] || (major === last[0] && minor > last[1]));
}
