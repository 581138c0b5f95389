/** What is wrong with one object of a file: its schema and constraints, and what Git adds to them. */
import { kindByGvk } from '../../../schemas/kinds.ts';
import { renderPath } from '../../../schemas/validation/field-path.ts';
import { type FieldProblem, forbidden, required } from '../../../schemas/validation/field-problem.ts';
import { fieldsOf, isEmpty } from '../../../schemas/validation/loose.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import type { Candidate } from './manifest-candidates.ts';
import type { ManifestProblem } from './problem.ts';

/** Every problem of a candidate, each at the place of its field. */
export function candidateProblems(candidate: Candidate): ManifestProblem[] {
  const own = gitProblems(candidate);
  const covered = new Set(own.map(({ path }) => path));
  const problems = [...own, ...validateObject(candidate.object).filter(({ path }) => !covered.has(path))];
  return problems.map((problem) => placeProblem(candidate, problem));
}

/** A desired state needs objects that can be kept, under names that stay. */
function gitProblems({ object }: Candidate): FieldProblem[] {
  const { apiVersion, kind } = object;
  const info = kindByGvk(String(apiVersion), String(kind));
  if (info === undefined) return [];
  if (!info.verbs.includes('list')) {
    return [forbidden(['kind'], `a ${info.kind} is a request to the API and not an object to keep`)];
  }
  const { name, generateName } = fieldsOf(object['metadata']);
  if (!isEmpty(name)) return [];
  const detail = isEmpty(generateName) ? '' : 'generateName would make another object each time';
  return [required(['metadata', 'name'], detail)];
}

function placeProblem({ document, path }: Candidate, found: FieldProblem): ManifestProblem {
  const full = [...path, ...found.segments];
  return {
    path: document.path,
    ...document.positionOf(full, found.at),
    ...(full.length === 0 ? {} : { field: renderPath(full) }),
    message: found.problem,
    ...(found.expected === undefined ? {} : { expected: found.expected }),
  };
}
