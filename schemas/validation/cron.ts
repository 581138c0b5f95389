/** The five fields of a cron expression, as CronJob and Application take them. */

const macros = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface CronField {
  readonly min: number;
  readonly max: number;
  /** Names for the numbers from `min` on. */
  readonly names?: readonly string[];
}

/** Minute, hour, day of month, month, day of week (Sunday is 0 and, unlike in Kubernetes, also 7). */
const fields: readonly CronField[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 7, names: days },
];

/** What is wrong with a schedule, in the words of the parser that Kubernetes uses, or nothing. */
export function cronProblem(schedule: string): string | undefined {
  const text = schedule.trim();
  if (macros.has(text)) return undefined;
  if (text.includes('TZ=')) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  if (text === '') return 'empty spec string';
  if (text.startsWith('@')) return `unrecognized descriptor: ${text}`;
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length)
    return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  for (const [index, field] of fields.entries()) {
    const wrong = (parts[index] ?? '')
      .split(',')
      .map((range) => rangeProblem(range, field))
      .find((one) => one !== undefined);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** `*`, `?`, `5`, `1-5`, each with an optional `/step`; `5/2` runs to the end of the field. */
function rangeProblem(range: string, field: CronField): string | undefined {
  const [span = '', step, ...more] = range.split('/');
  const [low = '', high, ...rest] = span.split('-');
  const any = low === '*' || low === '?';
  const from = any ? field.min : valueOf(low, field);
  if (typeof from === 'string') return from;
  if (rest.length > 0) return `too many hyphens: ${range}`;
  const to = high === undefined ? (any || step !== undefined ? field.max : from) : valueOf(high, field);
  if (typeof to === 'string') return to;
  if (more.length > 0) return `too many slashes: ${range}`;
  const every = step === undefined ? 1 : numberOf(step);
  if (typeof every === 'string') return every;
  if (from < field.min) return `beginning of range (${from}) below minimum (${field.min}): ${range}`;
  if (to > field.max) return `end of range (${to}) above maximum (${field.max}): ${range}`;
  if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${range}`;
  return every === 0 ? `step of range should be a positive number: ${range}` : undefined;
}

function valueOf(part: string, field: CronField): number | string {
  const named = field.names?.indexOf(part.toUpperCase()) ?? -1;
  return named >= 0 ? named + field.min : numberOf(part);
}

function numberOf(part: string): number | string {
  if (/^[0-9]{1,9}$/.test(part)) return Number(part);
  return `failed to parse int from ${part}: strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`;
}
