/**
 * Sets of an Indexed Job's indexes as sorted intervals, so that a job of 100,000 indexes costs as much as the gaps in
 * what has ended. Their text is that of a Job's status: `1,3-5,7`.
 */

type Interval = readonly [first: number, last: number];

/** Ascending, neither touching nor overlapping. */
export type IndexSet = readonly Interval[];

/** The indexes below `completions` that the text names; what is malformed is left out, as Kubernetes does. */
export function parseIndexes(text: string | undefined, completions: number): IndexSet {
  const found: Interval[] = [];
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
    if (first <= last) found.push([first, last]);
  }
  return normalized(found);
}

export function indexSet(indexes: Iterable<number>): IndexSet {
  return normalized([...indexes].map((index) => [index, index] as const));
}

export function union(...sets: readonly IndexSet[]): IndexSet {
  const filled = sets.filter((set) => set.length > 0);
  return filled.length > 1 ? normalized(filled.flat()) : (filled[0] ?? []);
}

function normalized(intervals: readonly Interval[]): IndexSet {
  const sorted = [...intervals].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** Three and more in a row are shortened to the first and the last. */
export function formatIndexes(set: IndexSet): string {
  return set
    .map(([first, last]) => {
      if (first === last) return String(first);
      return `${first}${last === first + 1 ? ',' : '-'}${last}`;
    })
    .join(',');
}

export function sizeOf(set: IndexSet): number {
  return set.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

export function hasIndex(set: IndexSet, index: number): boolean {
  let [low, high] = [0, set.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = set[middle] as Interval;
    if (index < first) high = middle - 1;
    else if (index > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** How many indexes both sets have. */
export function commonSize(left: IndexSet, right: IndexSet): number {
  let [common, at] = [0, 0];
  for (const [first, last] of left) {
    while (at < right.length && (right[at] as Interval)[1] < first) at++;
    for (let next = at; next < right.length && (right[next] as Interval)[0] <= last; next++) {
      const [from, to] = right[next] as Interval;
      common += Math.min(to, last) - Math.max(from, first) + 1;
    }
  }
  return common;
}

/** The lowest indexes below `completions` that are not in the set, `count` of them at most. */
export function firstMissing(set: IndexSet, count: number, completions: number): readonly number[] {
  const missing: number[] = [];
  let next = 0;
  for (const [first, last] of [...set, [completions, completions] as const]) {
    for (; next < Math.min(first, completions) && missing.length < count; next++) missing.push(next);
    next = Math.max(next, last + 1);
  }
  return missing;
}
