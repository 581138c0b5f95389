/** Ages as kubectl shows them: two significant units at most, coarser the older it is. */
import { parseTime } from '../model/time.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayHours = 24;
const yearHours = 365 * dayHours;

/** `5s`, `3m20s`, `47h`, `2d3h`, `3y12d`; `<invalid>` for what lies more than a second ahead. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / secondMs);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(ms / minuteMs);
  if (minutes < 10) return twoUnits(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(ms / hourMs);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / dayHours);
  if (hours < 8 * dayHours) return twoUnits(days, 'd', hours % dayHours, 'h');
  if (hours < 2 * yearHours) return `${days}d`;
  const years = Math.trunc(hours / yearHours);
  return hours < 8 * yearHours ? twoUnits(years, 'y', days % 365, 'd') : `${years}y`;
}

/** Time since an RFC 3339 timestamp, `<unknown>` where there is none. */
export function ageOf(timestamp: string | null | undefined, nowMs: number): string {
  const sinceMs = timestamp === undefined || timestamp === null ? undefined : parseTime(timestamp);
  return sinceMs === undefined ? '<unknown>' : humanDuration(nowMs - sinceMs);
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
