/** What is wrong with the apiVersion and kind of an object that is of no known kind. */
import { apiVersionOf, kinds } from '../kinds.ts';
import { type FieldProblem, required, wrongType } from './field-problem.ts';
import { type Fields, isEmpty } from './loose.ts';
import { nearest } from './suggestion.ts';

/** The problems of apiVersion and kind: missing, of a wrong type, or naming nothing that Berth knows. */
export function kindProblems(object: Fields): FieldProblem[] {
  const { apiVersion, kind } = object;
  const problems: FieldProblem[] = [];
  for (const [name, value] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (isEmpty(value)) problems.push(required([name]));
    else if (typeof value !== 'string') problems.push(wrongType([name], value, 'a string'));
  }
  if (problems.length > 0 || typeof apiVersion !== 'string' || typeof kind !== 'string') return problems;
  return [unknownKind(apiVersion, kind)];
}

/** Where the kind exists elsewhere, its apiVersion is at fault; otherwise the kind's name is. */
function unknownKind(apiVersion: string, kind: string): FieldProblem {
  const elsewhere = kinds.filter((info) => info.kind === kind).map(apiVersionOf);
  if (elsewhere.length > 0) {
    return atFault(
      'apiVersion',
      `no kind ${shown(kind)} in ${shown(apiVersion)}`,
      elsewhere.map(shown).join(' or '),
    );
  }
  const here = kinds.filter((info) => apiVersionOf(info) === apiVersion).map((info) => info.kind);
  const near = nearest(kind, here) ?? nearest(kind, new Set(kinds.map((info) => info.kind)));
  const text = `unknown kind ${shown(kind)} in ${shown(apiVersion)}`;
  if (near === undefined)
    return atFault('kind', text, here.length > 0 ? `one of ${here.join(', ')}` : undefined);
  const homes = kinds.filter((info) => info.kind === near).map(apiVersionOf);
  const where = homes.includes(apiVersion) ? '' : ` of ${homes.map(shown).join(' or ')}`;
  return atFault('kind', `${text}; did you mean ${shown(near)}${where}?`, undefined);
}

function atFault(field: string, problem: string, expected: string | undefined): FieldProblem {
  return {
    path: field,
    segments: [field],
    at: 'value',
    reason: 'FieldValueNotSupported',
    problem,
    ...(expected === undefined ? {} : { expected }),
  };
}

function shown(text: string): string {
  return JSON.stringify(text);
}
