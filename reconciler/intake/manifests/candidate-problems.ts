/** What is wrong with one object of a file: its schema and constraints, and what Git adds to them. */
import { writtenProblems } from '../../core/custom/desired-problems.ts';
import type { KubeObject } from '../../core/model/object.ts';
import { kindByGvk } from '../../../schemas/kinds.ts';
import { renderPath } from '../../../schemas/validation/field-path.ts';
import { type FieldProblem, forbidden, required } from '../../../schemas/validation/field-problem.ts';
import type { CustomKind } from '../../../schemas/structural/custom-object.ts';
import { objectMetaProblems } from '../../../schemas/structural/object-meta.ts';
import { type Fields, fieldsOf, isEmpty } from '../../../schemas/validation/loose.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import { type CommitKinds, isForeign, kindKey } from './commit-kinds.ts';
import type { Candidate } from './manifest-candidates.ts';
import type { ManifestProblem } from './problem.ts';

/** Every problem of a candidate, each at the place of its field. */
export function candidateProblems(
  candidate: Candidate,
  known: CommitKinds,
  defaultNamespace: string,
): ManifestProblem[] {
  const own = gitProblems(candidate);
  const covered = new Set(own.map(({ path }) => path));
  const found = kindProblems(candidate, known, defaultNamespace);
  const problems = [...own, ...found.filter(({ path }) => !covered.has(path))];
  return problems.map((problem) => placeProblem(candidate, problem));
}

/** What the kind has to say: the built-in one, that of the same commit, or of a kind of the cluster the metadata alone. */
function kindProblems(
  { object }: Candidate,
  known: CommitKinds,
  defaultNamespace: string,
): readonly FieldProblem[] {
  const { apiVersion, kind } = object;
  const custom = known.get(kindKey(String(apiVersion), String(kind)));
  if (custom !== undefined) return writtenProblems(inNamespace(object, custom, defaultNamespace), custom);
  if (!isForeign(apiVersion, kind)) return validateObject(object);
  return objectMetaProblems(object['metadata'], undefined);
}

/** The object with the namespace that it gets where it names none. */
function inNamespace(object: Fields, { namespaced }: CustomKind, defaultNamespace: string): KubeObject {
  const metadata = fieldsOf(object['metadata']);
  const placed =
    namespaced && isEmpty(metadata['namespace']) ? { ...metadata, namespace: defaultNamespace } : metadata;
  return { ...object, metadata: placed } as unknown as KubeObject;
}

/** A desired state needs objects that can be kept, under names that stay. */
function gitProblems({ object }: Candidate): FieldProblem[] {
  const { apiVersion, kind } = object;
  const info = kindByGvk(String(apiVersion), String(kind));
  if (info !== undefined && !info.verbs.includes('list')) {
    return [forbidden(['kind'], `a ${info.kind} is a request to the API and not an object to keep`)];
  }
  if (info === undefined && !isForeign(apiVersion, kind)) return [];
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
