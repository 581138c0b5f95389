/** The keywords that are about text and about numbers. */
import { addInvalid, addTooLong, addWrongType, type BodyRun } from './body-problem.ts';
import { compilePattern } from './pattern.ts';
import { stringFormat } from './string-formats.ts';
import type { StructuralSchema } from './structural-schema.ts';

type TextCheck = (text: string, run: BodyRun) => void;
type NumberCheck = (value: number, run: BodyRun) => void;

/** minLength, maxLength, pattern, format. */
export function stringChecks(schema: StructuralSchema): readonly TextCheck[] {
  const checks: TextCheck[] = [];
  const { minLength, maxLength, pattern, format } = schema;
  if (maxLength !== undefined)
    checks.push((text, run) => {
      if (characters(text, maxLength) <= maxLength) run.matches++;
      else addTooLong(run, maxLength);
    });
  if (minLength !== undefined)
    checks.push((text, run) => {
      if (characters(text, minLength) >= minLength) run.matches++;
      else addInvalid(run, text, `should be at least ${minLength} chars long`);
    });
  const expression = pattern === undefined || pattern === '' ? undefined : compilePattern(pattern);
  if (expression !== undefined && 'test' in expression)
    checks.push((text, run) => {
      if (expression.test(text)) run.matches++;
      else addInvalid(run, text, `should match '${String(pattern)}'`);
    });
  const valid = stringFormat(format);
  if (valid !== undefined)
    checks.push((text, run) => {
      if (valid(text)) run.matches++;
      else addWrongType(run, text, String(format));
    });
  return checks;
}

/** Unicode characters of a text; exact only where the bound lies between characters and UTF-16 units. */
function characters(text: string, bound: number): number {
  return text.length < bound || text.length > 2 * bound ? text.length : [...text].length;
}

/** minimum, maximum and whether they are excluded, multipleOf. */
export function numberChecks(schema: StructuralSchema): readonly NumberCheck[] {
  const checks: NumberCheck[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (maximum !== undefined) {
    const excluded = exclusiveMaximum === true;
    const should = `should be less than ${excluded ? '' : 'or equal to '}${maximum}`;
    checks.push((value, run) => {
      if (excluded ? value < maximum : value <= maximum) run.matches++;
      else addInvalid(run, value, should);
    });
  }
  if (minimum !== undefined) {
    const excluded = exclusiveMinimum === true;
    const should = `should be greater than ${excluded ? '' : 'or equal to '}${minimum}`;
    checks.push((value, run) => {
      if (excluded ? value > minimum : value >= minimum) run.matches++;
      else addInvalid(run, value, should);
    });
  }
  if (multipleOf !== undefined)
    checks.push((value, run) => {
      if (isMultiple(value, multipleOf)) run.matches++;
      else addInvalid(run, value, `should be a multiple of ${multipleOf}`);
    });
  return checks;
}

/** Tolerates what binary fractions cannot say: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, factor: number): boolean {
  if (factor <= 0) return false;
  if (Number.isInteger(value) && Number.isInteger(factor)) return value % factor === 0;
  const quotient = value / factor;
  return Math.abs(quotient - Math.round(quotient)) <= Math.abs(quotient) * 1e-9;
}
