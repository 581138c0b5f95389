/** Figures of a benchmark: medians and percentiles, an aligned table, and last one line of JSON. */

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly p99: number;
  /** The peer or the floor of the same run. */
  readonly floor?: number;
}

/** The value below which `share` of the samples lie (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Prints the rows as a table and everything as the last line. */
export function printFigures(
  bench: string,
  rows: readonly Row[],
  details: Readonly<Record<string, unknown>>,
): void {
  const lines = [
    ['', 'median', 'p99', 'floor', 'ratio'],
    ...rows.map((row) => [
      row.name,
      `${row.median.toFixed(1)} ${row.unit}`,
      `${row.p99.toFixed(1)} ${row.unit}`,
      row.floor === undefined ? '' : `${row.floor.toFixed(1)} ${row.unit}`,
      row.floor === undefined ? '' : (row.median / row.floor).toFixed(2),
    ]),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
  const figures = rows.map((row) => ({
    ...row,
    ratio: row.floor === undefined ? null : row.median / row.floor,
  }));
  process.stdout.write(`${JSON.stringify({ bench, rows: figures, ...details })}\n`);
}
