/** A pod behind scheduling gates may still be narrowed down to fewer nodes (KEP-3838), never widened. */
import { type Fields, fieldsOf, isFields, listOf } from '../../../../schemas/validation/loose.ts';
import type { Reporter } from '../../../../schemas/validation/rule.ts';
import { semanticallyEqual } from './semantic-equal.ts';

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Labels may be added to a node selector; what is there stays. */
export function nodeSelectorMutation(after: Fields, before: Fields, report: Reporter): void {
  const now = fieldsOf(after['nodeSelector']);
  for (const [key, value] of Object.entries(fieldsOf(before['nodeSelector']))) {
    if (now[key] === value) continue;
    const rule = 'only additions are allowed (no mutations or deletions)';
    report.invalid(['spec', 'nodeSelector'], after['nodeSelector'] ?? null, rule);
    return;
  }
}

/** Each required term may gain requirements; where there were none, any may be set. Preferences are free. */
export function nodeAffinityMutation(after: Fields, before: Fields, report: Reporter): void {
  const [now, old] = [affinityOf(after), affinityOf(before)];
  if (old === undefined) return;
  const path = ['spec', 'affinity', 'nodeAffinity', required];
  const terms = listOf(old['nodeSelectorTerms']);
  const next = listOf(now?.['nodeSelectorTerms']);
  if (terms.length === 0) {
    if (now !== undefined && next.length > 0)
      report.invalid([...path, 'nodeSelectorTerms'], next, 'field is immutable');
    return;
  }
  if (now === undefined || next.length !== terms.length) {
    const rule = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    report.invalid([...path, 'nodeSelectorTerms'], next, rule);
    return;
  }
  terms.forEach((term, index) => {
    if (isNarrower(fieldsOf(next[index]), fieldsOf(term))) return;
    const rule = 'only additions are allowed (no mutations or deletions)';
    report.invalid([...path, 'nodeSelectorTerms', index], next[index], rule);
  });
}

function affinityOf(spec: Fields): Fields | undefined {
  const found = fieldsOf(fieldsOf(spec['affinity'])['nodeAffinity'])[required];
  return isFields(found) ? found : undefined;
}

/** The old requirements first and unchanged; a term that asked for nothing matches nothing, and stays so. */
function isNarrower(after: Fields, before: Fields): boolean {
  const lists = ['matchExpressions', 'matchFields'];
  if (lists.every((list) => listOf(before[list]).length === 0)) return semanticallyEqual(after, before);
  return lists.every((list) =>
    listOf(before[list]).every((requirement, index) =>
      semanticallyEqual(requirement, listOf(after[list])[index]),
    ),
  );
}
