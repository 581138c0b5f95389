/** Schedules of CronJobs and Applications: five fields, a macro, or an interval, as Kubernetes' cron library reads them. */

/** When something is due, by the clock on the wall. */
export interface CronFields {
  readonly type: 'cron';
  /** Each ascending. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** Sunday is 0. */
  readonly daysOfWeek: readonly number[];
  /** Whether either kind of day is left open: then both must match, and otherwise one of them. */
  readonly anyDay: boolean;
}

/** Due once in so many seconds. */
export interface CronInterval {
  readonly type: 'every';
  readonly seconds: number;
}

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface CronField {
  readonly min: number;
  readonly max: number;
  /** Where a range without an end ends; `max` unless given. */
  readonly last?: number;
  /** Names for the numbers from `min` on. */
  readonly names?: readonly string[];
}

/** Minute, hour, day of month, month, day of week (Sunday is 0 and, unlike in Kubernetes, also 7). */
const fields: readonly CronField[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 7, last: 6, names: days },
];

/** What is wrong with a schedule, in the words of the parser that Kubernetes uses, or nothing. */
export function cronProblem(schedule: string): string | undefined {
  const parsed = parseCron(schedule);
  return typeof parsed === 'string' ? parsed : undefined;
}

/** The schedule, or what is wrong with it. */
export function parseCron(schedule: string): CronFields | CronInterval | string {
  const text = schedule.trim();
  if (text.includes('TZ=')) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  if (text === '') return 'empty spec string';
  if (text.startsWith('@every ')) return parseInterval(text);
  const macro = macros[text];
  if (macro === undefined && text.startsWith('@')) return `unrecognized descriptor: ${text}`;
  const parts = (macro ?? text).split(/\s+/);
  if (parts.length !== fields.length)
    return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  const read: Values[] = [];
  for (const [index, field] of fields.entries()) {
    const values = valuesOf(parts[index] ?? '', field);
    if (typeof values === 'string') return values;
    read.push(values);
  }
  const [minutes, hours, daysOfMonth, monthsOfYear, daysOfWeek] = read as [
    Values,
    Values,
    Values,
    Values,
    Values,
  ];
  return {
    type: 'cron',
    minutes: ascending(minutes.numbers),
    hours: ascending(hours.numbers),
    daysOfMonth: ascending(daysOfMonth.numbers),
    months: ascending(monthsOfYear.numbers),
    daysOfWeek: ascending(daysOfWeek.numbers.map((day) => day % 7)),
    anyDay: daysOfMonth.open || daysOfWeek.open,
  };
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** What one field names. */
interface Values {
  readonly numbers: readonly number[];
  /** Whether one of its ranges is `*` or `?`, each step of it. */
  readonly open: boolean;
}

function valuesOf(text: string, field: CronField): Values | string {
  const numbers: number[] = [];
  let open = false;
  for (const part of text.split(',')) {
    const range = rangeOf(part, field);
    if (typeof range === 'string') return range;
    for (let value = range.from; value <= range.to; value += range.step) numbers.push(value);
    open ||= range.open;
  }
  return { numbers, open };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly open: boolean;
}

/** `*`, `?`, `5`, `1-5`, each with an optional `/step`; `5/2` runs to the end of the field. */
function rangeOf(range: string, field: CronField): Range | string {
  const [span = '', step, ...more] = range.split('/');
  const [low = '', high, ...rest] = span.split('-');
  const any = low === '*' || low === '?';
  const from = any ? field.min : valueOf(low, field);
  if (typeof from === 'string') return from;
  if (rest.length > 0) return `too many hyphens: ${range}`;
  const end = any || step !== undefined ? (field.last ?? field.max) : from;
  const to = high === undefined ? end : valueOf(high, field);
  if (typeof to === 'string') return to;
  if (more.length > 0) return `too many slashes: ${range}`;
  const every = step === undefined ? 1 : numberOf(step);
  if (typeof every === 'string') return every;
  if (from < field.min) return `beginning of range (${from}) below minimum (${field.min}): ${range}`;
  if (to > field.max) return `end of range (${to}) above maximum (${field.max}): ${range}`;
  if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${range}`;
  if (every === 0) return `step of range should be a positive number: ${range}`;
  return { from, to, step: every, open: any && every === 1 };
}

function valueOf(part: string, field: CronField): number | string {
  const named = field.names?.indexOf(part.toUpperCase()) ?? -1;
  return named >= 0 ? named + field.min : numberOf(part);
}

function numberOf(part: string): number | string {
  if (/^[0-9]{1,9}$/.test(part)) return Number(part);
  return `failed to parse int from ${part}: strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`;
}

const secondsPerUnit: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
};

/** `@every 1h30m`: a duration as Go writes it, in whole seconds, one at the least. */
function parseInterval(text: string): CronInterval | string {
  const duration = text.slice('@every '.length);
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:h|m|s|ms|us|µs|μs|ns))+|0)$/.exec(duration);
  if (match === null)
    return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
  let seconds = 0;
  for (const [, number, unit = ''] of (match[2] ?? '').matchAll(/([\d.]+)(h|ms|m|s|us|µs|μs|ns)/g))
    seconds += Number(number) * (secondsPerUnit[unit] ?? 0);
  return { type: 'every', seconds: match[1] === '-' ? 1 : Math.max(1, Math.floor(seconds)) };
}
