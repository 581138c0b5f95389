/** Sets of indexes of an Indexed Job, as its status and its policies write them: `1,3-5,7`. */

/** How many indexes the text names, all below `completions`, or what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let last: number | undefined;
  let total = 0;
  for (const interval of text.split(',')) {
    const limits = limitsOf(interval, completions);
    if (typeof limits === 'string') return limits;
    const [first, end] = limits;
    if (last !== undefined && last >= first) return outOfOrder(last, first);
    total += end - first + 1;
    last = end;
  }
  return total;
}

function limitsOf(interval: string, completions: number): readonly [number, number] | string {
  const parts = interval.split('-');
  if (parts.length > 2) {
    return `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const numbers: number[] = [];
  for (const part of parts) {
    if (!/^\d{1,10}$/.test(part)) return `cannot convert string to integer for index: "${part}"`;
    if (Number(part) >= completions) return `too large index: "${part}"`;
    numbers.push(Number(part));
  }
  const [first = 0, end = first] = numbers;
  return parts.length > 1 && first >= end ? outOfOrder(first, end) : [first, end];
}

function outOfOrder(previous: number, current: number): string {
  return `non-increasing order, previous: ${previous}, current: ${current}`;
}
