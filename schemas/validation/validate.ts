/**
 * Tells everything that is wrong with an object, at once: its kind, its fields and their types against the generated
 * schema, and the constraints which Kubernetes' own validation adds. Synchronous and without side effects; both what
 * comes from Git and what comes through the API pass here.
 */
import { type KindInfo, bodyDefinition, kindByGvk } from '../kinds.ts';
import { walkConstraints } from './constraint-walk.ts';
import { type FieldProblem, forbidden, invalid, required, wrongType } from './field-problem.ts';
import { formats } from './formats.ts';
import { kindProblems } from './kind-problems.ts';
import { fieldsOf, isEmpty, isFields, textOf } from './loose.ts';
import { defaultNameFormat, nameFormats } from './metadata-constraints.ts';
import { schemaProblems } from './schema-problems.ts';
import { validatorFor } from './validators.ts';

/** Longest suffix that the server adds to a generateName. */
const generatedSuffix = 'xxxxx';

/** The problems of an object, sorted by path; none when the object is good. */
export function validateObject(object: unknown): FieldProblem[] {
  if (!isFields(object)) return [wrongType([], object, 'an object with apiVersion, kind and metadata')];
  const [apiVersion, kind] = [textOf(object['apiVersion']) ?? '', textOf(object['kind']) ?? ''];
  const definition = bodyDefinition(apiVersion, kind);
  if (definition === undefined) return kindProblems(object);
  const problems = schemaProblems(definition, object);
  const info = kindByGvk(apiVersion, kind);
  if (info !== undefined) problems.push(...metadataProblems(info, fieldsOf(object['metadata'])));
  walkConstraints(definition, object, problems);
  return sorted(problems);
}

/** Compiles the validators of kinds ahead of the first object, `apps/v1` with `Deployment`. */
export function warmValidators(
  kinds: readonly { readonly apiVersion: string; readonly kind: string }[],
): void {
  for (const { apiVersion, kind } of kinds) {
    const info = kindByGvk(apiVersion, kind);
    if (info === undefined) throw new Error(`no kind ${kind} in ${apiVersion}`);
    validatorFor(info.definition);
  }
}

/** Name and namespace, which depend on the kind. */
function metadataProblems(info: KindInfo, metadata: Readonly<Record<string, unknown>>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const [name, generateName] = [metadata['name'], metadata['generateName']];
  if (info.verbs.includes('list') && isEmpty(name) && isEmpty(generateName)) {
    problems.push(required(['metadata', 'name'], 'name or generateName is required'));
  }
  const format = formats[nameFormats[info.definition] ?? defaultNameFormat];
  const named = textOf(name);
  const wrong = isEmpty(named) ? undefined : format(named ?? '');
  if (wrong !== undefined) problems.push(invalid(['metadata', 'name'], name, wrong));
  const prefix = textOf(generateName);
  const wrongPrefix = isEmpty(prefix) ? undefined : format(`${String(prefix)}${generatedSuffix}`);
  if (wrongPrefix !== undefined)
    problems.push(invalid(['metadata', 'generateName'], generateName, wrongPrefix));
  if (!info.namespaced && !isEmpty(metadata['namespace'])) {
    const detail = `not allowed on this type (${info.kind} is cluster-scoped)`;
    problems.push({ ...forbidden(['metadata', 'namespace'], detail), at: 'key' });
  }
  return problems;
}

/** By path; one place that the schema and a constraint both call missing or wrong is told once. */
function sorted(problems: FieldProblem[]): FieldProblem[] {
  if (problems.length === 0) return problems;
  const unique = new Map<string, FieldProblem>();
  for (const problem of problems) {
    const key = problem.problem.startsWith('Required value')
      ? `${problem.path} required`
      : `${problem.path} ${problem.problem}`;
    const told = unique.get(key);
    // The schema says that something is missing, a constraint also why.
    if (told === undefined || problem.problem.startsWith(`${told.problem}: `)) unique.set(key, problem);
  }
  return [...unique.values()].sort((a, b) => compare(a.path, b.path) || compare(a.problem, b.problem));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
