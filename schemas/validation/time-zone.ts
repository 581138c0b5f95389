/** Names of time zones, as the IANA database has them. */

const partPattern = /^[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13}$/;

/** What is wrong with the name of a time zone, or nothing. */
export function timeZoneProblem(name: string): string | undefined {
  if (name === '') return 'timeZone must be nil or non-empty string';
  const parts = name.split('/');
  if (!parts.every((part) => part !== '.' && part !== '..' && partPattern.test(part)))
    return `unknown time zone ${name}`;
  if (name.toLowerCase() === 'local')
    return 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
  return isKnown(name) ? undefined : `unknown time zone ${name}`;
}

/** Offsets such as `+01` are no names. */
function isKnown(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
