/** Time zones by the runtime's own table (ICU): a pure function of a number, without a clock. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** Zones whose formatters are kept; there are some 600, and a cluster uses few. */
const formatsMax = 100;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  if (formats.size >= formatsMax) formats.clear();
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}

/** Milliseconds that the zone is ahead of UTC at this instant. Throws a RangeError where there is no such zone. */
export function offsetMs(zone: string, ms: number): number {
  if (zone === 'UTC') return 0;
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatOf(zone).format(ms));
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] = match ?? [];
  const ahead = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ahead : ahead;
}

const weekMs = 7 * 86_400_000;

/** The first instant after `fromMs` and up to `toMs` at which the zone's offset is another one. */
export function offsetChange(zone: string, fromMs: number, toMs: number): number | undefined {
  if (zone === 'UTC') return undefined;
  const offset = offsetMs(zone, fromMs);
  let same = fromMs;
  while (same < toMs) {
    const next = Math.min(toMs, same + weekMs);
    if (offsetMs(zone, next) !== offset) return firstOther(zone, offset, same, next);
    same = next;
  }
  return undefined;
}

/** By halves, to the second. */
function firstOther(zone: string, offset: number, sameMs: number, otherMs: number): number {
  let [same, other] = [Math.floor(sameMs / 1000), Math.ceil(otherMs / 1000)];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetMs(zone, middle * 1000) === offset) same = middle;
    else other = middle;
  }
  return other * 1000;
}
