/** In what two values differ, for people to read. */
import { shown } from '../../../../schemas/validation/field-problem.ts';
import { isFields } from '../../../../schemas/validation/loose.ts';
import { semanticallyEqual } from './semantic-equal.ts';

/** More differences than these say no more. */
const changesMax = 20;

/** One line per field: `- spec.hostname: "a"` and `+ spec.hostname: "b"`; none when the values are the same. */
export function changedFields(after: unknown, before: unknown, path: string): readonly string[] {
  const lines: string[] = [];
  collect(after, before, path, lines);
  return lines.length <= changesMax ? lines : [...lines.slice(0, changesMax), '  …'];
}

function collect(after: unknown, before: unknown, path: string, lines: string[]): void {
  if (semanticallyEqual(after, before)) return;
  if (isFields(after) && isFields(before)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted())
      collect(after[key], before[key], path === '' ? key : `${path}.${key}`, lines);
    return;
  }
  if (Array.isArray(after) && Array.isArray(before) && after.length === before.length) {
    after.forEach((item, index) =>
      collect(item, (before as readonly unknown[])[index], `${path}[${index}]`, lines),
    );
    return;
  }
  if (before !== undefined && before !== null) lines.push(`- ${path}: ${shown(before)}`);
  if (after !== undefined && after !== null) lines.push(`+ ${path}: ${shown(after)}`);
}
