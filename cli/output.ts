/** How commands print: aligned tables for people, JSON and YAML for programs. */
import { dump } from 'js-yaml';

export type OutputFormat = 'table' | 'json' | 'yaml';

/** Parses `-o`; throws with what is allowed. */
export function outputFormat(text: string | undefined): OutputFormat {
  if (text === undefined) return 'table';
  if (text === 'json' || text === 'yaml') return text;
  throw new Error(`-o ${text}: expected json or yaml`);
}

/** Columns padded to their widest cell, two spaces apart, as kubectl prints them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

export function print(format: OutputFormat, data: unknown, text: () => string): void {
  const rendered =
    format === 'json'
      ? JSON.stringify(data, undefined, 2)
      : format === 'yaml'
        ? dump(data).trimEnd()
        : text();
  if (rendered !== '') process.stdout.write(`${rendered}\n`);
}

/** `5s`, `3m12s`, `4h5m`, `9d` since an RFC 3339 time, as kubectl's AGE (apimachinery's HumanDuration). */
export function age(timestamp: string | undefined, nowMs: number): string {
  if (timestamp === undefined) return '<unknown>';
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(timestamp)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return twoUnits(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return twoUnits(days, 'd', hours % 24, 'h');
  if (days < 2 * 365) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? twoUnits(years, 'y', days % 365, 'd') : `${years}y`;
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** A line that is overwritten while something is awaited; silent where stderr is no terminal. */
export function progressLine(): { show: (text: string) => void; clear: () => void } {
  const terminal = process.stderr.isTTY;
  return {
    show: (text) => {
      if (terminal) process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
    },
    clear: () => {
      if (terminal) process.stderr.write('\r\u001b[2K');
    },
  };
}
