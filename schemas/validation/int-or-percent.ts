/** Counts that may also be percentages: `maxUnavailable`, `maxSurge`, `minAvailable`. */
import type { FieldPath } from './field-path.ts';
import { formats } from './formats.ts';
import type { Reporter } from './rule.ts';

/** The number of an integer or of a percentage; nothing for anything else. */
export function intOrPercentValue(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || formats.percent(value) !== undefined) return undefined;
  return Number(value.slice(0, -1));
}

/** Reports what is neither a count from zero nor a percentage, and (unless `any`) a percentage above a hundred. */
export function intOrPercent(value: unknown, path: FieldPath, report: Reporter, percentage?: 'any'): void {
  if (typeof value === 'number' && value < 0) {
    report.invalid(path, value, 'must be greater than or equal to 0');
  }
  if (typeof value !== 'string') return;
  const wrong = formats.percent(value);
  if (wrong !== undefined) report.invalid(path, value, wrong);
  else if (percentage !== 'any' && Number(value.slice(0, -1)) > 100) {
    report.invalid(path, value, 'must not be greater than 100%');
  }
}
