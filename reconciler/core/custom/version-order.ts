/** Kubernetes' order of API versions: stable before beta before alpha, the higher number first, other names last. */

const stages: Readonly<Record<string, number>> = { '': 2, beta: 1, alpha: 0 };
const pattern = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/;

/** Negative where `left` is the older version: sorts from the oldest to the newest. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [rankOf(left), rankOf(right)];
  if (a === undefined || b === undefined) {
    if (a !== undefined) return 1;
    if (b !== undefined) return -1;
    return left < right ? 1 : left > right ? -1 : 0;
  }
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Stage, major number, number of the stage. */
function rankOf(name: string): readonly number[] | undefined {
  const [, major, stage = '', minor = '0'] = pattern.exec(name) ?? [];
  return major === undefined ? undefined : [stages[stage] ?? 0, Number(major), Number(minor)];
}
