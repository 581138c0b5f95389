/** Tables of bad objects with what is wrong with them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemText } from './field-problem.ts';
import { validateObject } from './validate.ts';

/** What is wrong in a few words, the fields laid over a good object, and `field: message` of each cause. */
export type ConstraintCase = readonly [name: string, fields: object, ...causes: readonly string[]];

/** Tests that the good object is good, and that each case has exactly its causes. */
export function testConstraints(good: object, cases: readonly ConstraintCase[]): void {
  const { kind } = good as { readonly kind: string };
  test(`${kind}: accepts a good one`, () => {
    assert.deepEqual(messages(good), []);
  });
  for (const [name, fields, ...causes] of cases) {
    test(`${kind}: ${name}`, () => {
      assert.deepEqual(messages(laidOver(good, fields)).toSorted(), [...causes].toSorted());
    });
  }
}

function messages(object: object): string[] {
  return validateObject(object).map((found) => `${found.path}: ${problemText(found)}`);
}

/** Structs are merged, all else is replaced; undefined takes a field away. */
function laidOver(below: object, above: object): object {
  const result: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const former = result[key];
    if (value === undefined) delete result[key];
    else result[key] = isStruct(value) && isStruct(former) ? laidOver(former, value) : value;
  }
  return result;
}

function isStruct(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
