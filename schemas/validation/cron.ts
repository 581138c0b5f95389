/** The five fields of a cron expression, as CronJob and Application take them. */

const macros = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names for the numbers from `min` on. */
  readonly names?: readonly string[];
}

const fields: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'day of week', min: 0, max: 7, names: days },
];

/** What is wrong with a schedule, or nothing. */
export function cronProblem(schedule: string): string | undefined {
  const text = schedule.trim();
  if (macros.has(text)) return undefined;
  if (text.startsWith('TZ=') || text.startsWith('CRON_TZ='))
    return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length) {
    return `expected 5 fields (minute, hour, day of month, month, day of week), found ${text === '' ? 0 : parts.length}`;
  }
  for (const [index, field] of fields.entries()) {
    const wrong = (parts[index] ?? '')
      .split(',')
      .map((range) => rangeProblem(range, field))
      .find((one) => one !== undefined);
    if (wrong !== undefined) return `${field.name}: ${wrong}`;
  }
  return undefined;
}

/** `*`, `?`, `5`, `1-5`, each with an optional `/step`. */
function rangeProblem(range: string, field: CronField): string | undefined {
  const [span = '', step, ...more] = range.split('/');
  if (more.length > 0 || (step !== undefined && !(/^[0-9]{1,3}$/.test(step) && Number(step) > 0))) {
    return `"${range}" has a bad step`;
  }
  if (span === '*' || span === '?') return undefined;
  const [from, to, ...rest] = span.split('-').map((part) => valueOf(part, field));
  if (rest.length > 0 || from === undefined || (span.includes('-') && to === undefined)) {
    return `"${range}" is not a number from ${field.min} to ${field.max}`;
  }
  return to !== undefined && to < from ? `"${range}" ends before it begins` : undefined;
}

function valueOf(part: string, field: CronField): number | undefined {
  const named = field.names?.indexOf(part.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.min : /^[0-9]{1,2}$/.test(part) ? Number(part) : Number.NaN;
  return value >= field.min && value <= field.max ? value : undefined;
}
