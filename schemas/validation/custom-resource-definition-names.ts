/** Names of custom resources: of the definition itself, of the resource and its kind. */
import { type FieldProblem, invalid, required } from './field-problem.ts';
import type { FieldPath } from './field-path.ts';
import { formats } from './formats.ts';
import { type Fields, fieldsOf, listOf, textOf } from './loose.ts';

/** Problems of `metadata.name`, `spec.names` and `status.acceptedNames`. */
export function definitionNameProblems(object: Fields): readonly FieldProblem[] {
  const name = textOf(fieldsOf(object['metadata'])['name']) ?? '';
  const spec = fieldsOf(object['spec']);
  const names = fieldsOf(spec['names']);
  const problems: FieldProblem[] = [];
  if (name !== `${textOf(names['plural']) ?? ''}.${textOf(spec['group']) ?? ''}`)
    problems.push(invalid(['metadata', 'name'], name, 'must be spec.names.plural+"."+spec.group'));
  for (const field of ['plural', 'kind'])
    if ((textOf(names[field]) ?? '') === '') problems.push(required(['spec', 'names', field]));
  const accepted = fieldsOf(fieldsOf(object['status'])['acceptedNames']);
  return [
    ...problems,
    ...nameProblems(names, ['spec', 'names']),
    ...nameProblems(accepted, ['status', 'acceptedNames']),
  ];
}

function nameProblems(names: Fields, path: FieldPath): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const label = (at: FieldPath, value: unknown): void => {
    const text = textOf(value) ?? '';
    const wrong = formats.dns1035Label(text);
    if (wrong !== undefined) problems.push(invalid(at, text, wrong));
  };
  for (const field of ['plural', 'singular'])
    if ((textOf(names[field]) ?? '') !== '') label([...path, field], names[field]);
  for (const field of ['kind', 'listKind']) {
    const text = textOf(names[field]) ?? '';
    const wrong = text === '' ? undefined : formats.dns1035Label(text.toLowerCase());
    if (wrong === undefined) continue;
    const why = `may have mixed case, but should otherwise match: ${wrong}`;
    problems.push(invalid([...path, field], text, why));
  }
  for (const field of ['shortNames', 'categories'])
    for (const [index, value] of listOf(names[field]).entries()) label([...path, field, index], value);
  const kind = textOf(names['kind']) ?? '';
  if (kind !== '' && kind === names['listKind'])
    problems.push(invalid([...path, 'listKind'], kind, 'kind and listKind may not be the same'));
  return problems;
}
