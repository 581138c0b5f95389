/** RFC 3339 times from and to milliseconds since the Unix epoch, without a clock: core may not know Date. */

const dayMs = 86_400_000;

/** The second that was written last: under load hundreds of objects are made in one. */
let lastSecond = Number.NaN;
let lastText = '';

/** `2026-11-23T09:37:45Z`: whole seconds in UTC, as metav1.Time is written. */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = formatSecond(second * 1000);
    lastSecond = second;
  }
  return lastText;
}

function formatSecond(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const seconds = Math.floor((ms - days * dayMs) / 1000);
  const [year, month, day] = civilFromDays(days);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock.map((part) => pad(part, 2)).join(':')}Z`;
}

/** Milliseconds of an RFC 3339 time; undefined where it is none. */
export function parseTime(text: string): number | undefined {
  return parseWholeSeconds(text) ?? parseAny(text);
}

/** Where the digits are in `2026-11-23T09:37:45Z`: start and length of each number. */
const digitPlaces = [0, 4, 5, 2, 8, 2, 11, 2, 14, 2, 17, 2] as const;

/** The form that metav1.Time is written in, read without a regular expression: lists read tens of thousands. */
function parseWholeSeconds(text: string): number | undefined {
  if (text.length !== 20 || text.charCodeAt(19) !== 90) return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':')
    return undefined;
  const parts = [0, 0, 0, 0, 0, 0];
  for (let part = 0; part < 6; part++) {
    const from = digitPlaces[part * 2] ?? 0;
    const to = from + (digitPlaces[part * 2 + 1] ?? 0);
    let value = 0;
    for (let at = from; at < to; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    parts[part] = value;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  return daysFromCivil(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000;
}

function parseAny(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const zone = match[8] ?? 'Z';
  const offsetMinutes =
    zone.length === 1
      ? 0
      : Number(`${zone[0] ?? ''}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const fraction = Math.floor(Number(`0${match[7] ?? ''}`) * 1000);
  return (
    daysFromCivil(year, month, day) * dayMs +
    ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 +
    fraction
  );
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar; years begin in March here. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day since 1970-01-01. */
export function civilFromDays(days: number): [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9);
  return [
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  ];
}
