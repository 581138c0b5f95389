/** Which of several nodes gives way: Kubernetes' criteria, each of which decides between those that the former left. */
import { type Candidate, startedMs } from './victims.ts';

/** Makes sums of priorities count pods of negative priority as well. */
const priorityOffset = 2 ** 31;

/** The less, the better. */
const criteria: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => victims[0]?.of.pods.priority ?? -Infinity,
  ({ victims }) => victims.reduce((sum, { of }) => sum + of.pods.priority + priorityOffset, 0),
  ({ victims }) => victims.length,
  // The one whose most important victim has run the shortest.
  (candidate) => -earliestStartMs(candidate),
];

export function chooseCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  let left = candidates;
  for (const criterion of criteria) {
    if (left.length <= 1) break;
    const values = left.map(criterion);
    let least = Infinity;
    for (const value of values) if (value < least) least = value;
    left = left.filter((_, index) => values[index] === least);
  }
  return left[0];
}

/** Of the victims of the highest priority. */
function earliestStartMs({ victims }: Candidate): number {
  const highest = victims[0]?.of.pods.priority;
  let earliest = Number.MAX_SAFE_INTEGER;
  for (const victim of victims)
    if (victim.of.pods.priority === highest) earliest = Math.min(earliest, startedMs(victim));
  return earliest;
}
