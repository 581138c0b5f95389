/**
 * From files to objects: every document of every file is read, checked against its kind and placed in a namespace.
 * All problems of all files come back at once; the objects are fit for use only when there are none.
 */
import type { KubeObject } from '../../core/model/object.ts';
import { kindByGvk } from '../../../schemas/kinds.ts';
import { withoutNullFields } from '../../../schemas/validation/null-fields.ts';
import { type ManifestLimits, defaultLimits } from './limits.ts';
import { type ManifestDocument, type ManifestFile, readManifestFile } from './manifest-file.ts';
import { type ManifestProblem, compareProblems, compareText } from './problem.ts';
import { type Candidate, candidatesOf } from './manifest-candidates.ts';
import type { ParsedObject } from './parsed-object.ts';
import { type CommitKinds, commitKinds, isForeign, kindKey } from './commit-kinds.ts';
import { candidateProblems } from './candidate-problems.ts';
import { duplicateProblems } from './duplicate-objects.ts';

export interface ParseOptions {
  /** Namespace of namespaced objects that name none; `default` unless given. */
  readonly defaultNamespace?: string;
  readonly limits?: ManifestLimits;
}

export interface ParsedManifests {
  /** By path and place. */
  readonly objects: readonly ParsedObject[];
  /** By path and place. */
  readonly problems: readonly ManifestProblem[];
}

const extensions = ['.yaml', '.yml', '.json'];

/** Whether a path is read as manifests: by its extension, and with no hidden file or folder in it. */
export function isManifestPath(path: string): boolean {
  return (
    extensions.some((extension) => path.endsWith(extension)) &&
    !path.split('/').some((name) => name.startsWith('.'))
  );
}

/** Reads and checks all manifests among a repository's files; other files are passed over. */
export function parseManifests(files: readonly ManifestFile[], options: ParseOptions = {}): ParsedManifests {
  return parseFiles(
    files.filter((file) => isManifestPath(file.path)),
    options,
  );
}

/** Reads and checks files whatever they are called. */
export function parseFiles(files: readonly ManifestFile[], options: ParseOptions = {}): ParsedManifests {
  const { defaultNamespace = 'default', limits = defaultLimits } = options;
  const read = files
    .toSorted((a, b) => compareText(a.path, b.path))
    .map((file) => readManifestFile(file, limits));
  const documents = read
    .flatMap((file) => file.documents)
    .map((document) => ({ document, ...candidatesOf(document) }));
  const known = commitKinds(documents.flatMap(({ candidates }) => candidates));
  const problems: (readonly ManifestProblem[])[] = read.map((file) => file.problems);
  const parsed: { readonly candidate: Candidate; readonly object: ParsedObject }[] = [];
  for (const { document, candidates, problems: unfit } of documents) {
    const found = candidates.map((candidate) => candidateProblems(candidate, known, defaultNamespace));
    problems.push(document.problems, untold(document, [unfit, ...found].flat()));
    for (const candidate of candidates) {
      const object = placed(candidate, known, defaultNamespace);
      if (object !== undefined) parsed.push({ candidate, object });
    }
  }
  problems.push(duplicateProblems(parsed));
  return { objects: parsed.map(({ object }) => object), problems: problems.flat().sort(compareProblems) };
}

/** What YAML has refused the schema need not refuse again: `yes` for a string is one mistake. */
function untold(document: ManifestDocument, found: readonly ManifestProblem[]): readonly ManifestProblem[] {
  if (document.problems.length === 0) return found;
  const places = new Set(document.problems.map(({ line, column }) => `${line}:${column}`));
  return found.filter(
    ({ field, line, column }) =>
      !places.has(`${line}:${column}`) && (field === undefined || !document.spoiled.has(field)),
  );
}

/** The object with its namespace, for candidates that have a name and a kind which may be one. */
function placed(
  candidate: Candidate,
  known: CommitKinds,
  defaultNamespace: string,
): ParsedObject | undefined {
  const { document, path } = candidate;
  const { apiVersion, kind, metadata } = candidate.object as Partial<KubeObject>;
  const info = kindByGvk(String(apiVersion), String(kind));
  if (info === undefined && !isForeign(apiVersion, kind)) return undefined;
  if (typeof metadata?.name !== 'string' || metadata.name === '') return undefined;
  const plain =
    document.hasNull && info !== undefined
      ? withoutNullFields(info.definition, candidate.object)
      : candidate.object;
  const object = plain as unknown as KubeObject;
  // Only the cluster knows whether a kind of its own has namespaces.
  const isNamespaced = info?.namespaced ?? known.get(kindKey(object.apiVersion, object.kind))?.namespaced;
  const missing = isNamespaced === true && (metadata.namespace === undefined || metadata.namespace === '');
  return {
    object: missing ? { ...object, metadata: { ...object.metadata, namespace: defaultNamespace } } : object,
    path: document.path,
    ...(path.length === 0 ? document.start : document.positionOf(path, 'value')),
    document: document.index,
  };
}
