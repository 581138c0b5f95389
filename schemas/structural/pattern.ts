/**
 * Regular expressions that users bring, run by RE2: its time is linear in the text, whatever the expression. JavaScript's
 * own engine can be made to run for hours by a pattern of a few characters.
 */
import { RE2JS, RE2JSException } from 're2js';

export interface Pattern {
  /** Whether the expression is found anywhere in the text, as Go's `MatchString` has it. */
  test(text: string): boolean;
}

/** Compiled expressions that are kept; above this all are dropped, which costs compiling again and nothing else. */
const keptMax = 2000;
const kept = new Map<string, Pattern | { readonly problem: string }>();

/** The compiled expression, or why it is none in the words of Go's `regexp`. */
export function compilePattern(expression: string): Pattern | { readonly problem: string } {
  const known = kept.get(expression);
  if (known !== undefined) return known;
  if (kept.size >= keptMax) kept.clear();
  const compiled = compile(expression);
  kept.set(expression, compiled);
  return compiled;
}

function compile(expression: string): Pattern | { readonly problem: string } {
  try {
    const compiled = RE2JS.compile(expression);
    return { test: (text) => compiled.test(text) };
  } catch (error) {
    if (error instanceof RE2JSException) return { problem: error.message };
    throw error;
  }
}
