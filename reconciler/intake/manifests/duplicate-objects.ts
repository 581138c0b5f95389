/** Two manifests of one object would overwrite each other for ever: they are refused, with both places. */
import { groupOf } from '../../../schemas/kinds.ts';
import type { Candidate } from './manifest-candidates.ts';
import type { ManifestProblem } from './problem.ts';
import type { ParsedObject } from './parsed-object.ts';

/** A problem at each object whose group, kind, namespace and name came before. Another version is the same object. */
export function duplicateProblems(
  parsed: readonly { readonly candidate: Candidate; readonly object: ParsedObject }[],
): ManifestProblem[] {
  const first = new Map<string, ParsedObject>();
  const problems: ManifestProblem[] = [];
  for (const { candidate, object: one } of parsed) {
    const { apiVersion, kind, metadata } = one.object;
    const name = [metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
    const key = `${groupOf(apiVersion)} ${kind} ${name}`;
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, one);
      continue;
    }
    problems.push({
      path: one.path,
      ...candidate.document.positionOf([...candidate.path, 'metadata', 'name'], 'value'),
      field: 'metadata.name',
      message: `duplicate ${kind} ${name}, already at ${before.path}:${before.line}:${before.column}`,
    });
  }
  return problems;
}
