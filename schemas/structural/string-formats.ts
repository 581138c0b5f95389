/**
 * The formats of strings that apiextensions checks, by name without hyphens. It ignores every other one, `int32` and
 * the like among them: those describe and do not constrain.
 */
import { isIPv4, isIPv6 } from '../validation/ip.ts';
import { formats } from '../validation/formats.ts';

type StringFormat = (text: string) => boolean;

const patterns = {
  bsonobjectid: /^[0-9a-f]{24}$/,
  hexcolor: /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/,
  hostname: /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62})(\.[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62}))*\.?$/,
  mac: /^([0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5,7}|[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5,7}|[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}){2,3})$/,
  ssn: /^\d{3}[- ]?\d{2}[- ]?\d{4}$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid3: /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid4: /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
  uuid5: /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
} satisfies Readonly<Record<string, RegExp>>;

const rgbPattern = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/;
const emailPattern = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\]+$/;
const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;
const dateTimePattern =
  /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}|[+-]\d{4})$/;
const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
/** Go's durations, and the words that go-openapi adds to them. */
const goDurationPattern =
  /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$/;
const wordDurationPattern =
  /^(\d+\s*(nanoseconds?|nanos?|ns|microseconds?|micros?|us|µs|μs|milliseconds?|millis?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w)\s*)+$/i;

function matches(pattern: RegExp): StringFormat {
  return (text) => pattern.test(text);
}

function isDate(text: string): boolean {
  const [, year, month, day] = datePattern.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}

function isDateTime(text: string): boolean {
  if (!dateTimePattern.test(text) || !isDate(text.slice(0, 10))) return false;
  const [hours, minutes, seconds] = [text.slice(11, 13), text.slice(14, 16), text.slice(17, 19)].map(Number);
  return (hours ?? 24) < 24 && (minutes ?? 60) < 60 && (seconds ?? 61) <= 60;
}

/** An absolute URI or an absolute path, as Go's `url.ParseRequestURI` takes it. */
function isUri(text: string): boolean {
  if (/[\u0000-\u0020\u007f]/.test(text)) return false;
  if (text.startsWith('/')) return !/%(?![0-9a-fA-F]{2})/.test(text);
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]/.test(text) && !/%(?![0-9a-fA-F]{2})/.test(text);
}

function isRgb(text: string): boolean {
  const [, ...parts] = rgbPattern.exec(text) ?? [];
  return parts.length === 3 && parts.every((part) => Number(part) <= 255);
}

/** A bank card's number with Luhn's check digit. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]/g, '');
  if (digits.length < 12 || digits.length > 19) return false;
  return digitSum([...digits].reverse().map((digit, index) => doubled(Number(digit), index))) % 10 === 0;
}

function doubled(digit: number, index: number): number {
  const value = index % 2 === 1 ? digit * 2 : digit;
  return value > 9 ? value - 9 : value;
}

function digitSum(digits: readonly number[]): number {
  return digits.reduce((sum, digit) => sum + digit, 0);
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[- ]/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const weighted = [...digits].map((digit, index) => (digit === 'X' ? 10 : Number(digit)) * (10 - index));
  return digitSum(weighted) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[- ]/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  return digitSum([...digits].map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 3))) % 10 === 0;
}

const table: Readonly<Record<string, StringFormat>> = {
  ...Object.fromEntries(Object.entries(patterns).map(([name, pattern]) => [name, matches(pattern)])),
  byte: (text) => text.length % 4 === 0 && base64Pattern.test(text),
  cidr: (text) => formats.cidr(text) === undefined,
  creditcard: isCreditCard,
  date: isDate,
  datetime: isDateTime,
  duration: (text) => goDurationPattern.test(text) || wordDurationPattern.test(text),
  email: matches(emailPattern),
  ipv4: isIPv4,
  ipv6: isIPv6,
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  k8slongname: (text) => formats.dns1123Subdomain(text) === undefined,
  k8sshortname: (text) => formats.dns1123Label(text) === undefined,
  password: () => true,
  rgbcolor: isRgb,
  uri: isUri,
};

/** The check of a format; none for a name that constrains nothing. */
export function stringFormat(name: string | undefined): StringFormat | undefined {
  if (name === undefined || name === '') return undefined;
  const normal = name.replaceAll('-', '');
  return Object.hasOwn(table, normal) ? table[normal] : undefined;
}
