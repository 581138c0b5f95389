/** What of a document may be an object: the document itself, or the items of a list. */
import { kinds } from '../../../schemas/kinds.ts';
import { type FieldPath, renderPath } from '../../../schemas/validation/field-path.ts';
import { wrongType } from '../../../schemas/validation/field-problem.ts';
import { type Fields, isFields } from '../../../schemas/validation/loose.ts';
import type { ManifestDocument } from './manifest-file.ts';
import type { ManifestProblem } from './problem.ts';

export interface Candidate {
  readonly object: Fields;
  readonly document: ManifestDocument;
  /** Where in its document: empty, or `items[2]`. */
  readonly path: FieldPath;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  readonly problems: readonly ManifestProblem[];
}

const none: Candidates = { candidates: [], problems: [] };
const listKinds = new Map(
  kinds.flatMap((info) =>
    info.listKind === undefined
      ? []
      : [
          [
            `${info.group === '' ? '' : `${info.group}/`}${info.version} ${info.listKind}`,
            info.kind,
          ] as const,
        ],
  ),
);

/** An empty document holds nothing; `kind: List` and typed lists hold their items, lists in lists too. */
export function candidatesOf(document: ManifestDocument): Candidates {
  const { value } = document;
  if (value === null || value === undefined) return none;
  return unfold(document, value, []);
}

function unfold(document: ManifestDocument, value: unknown, path: FieldPath): Candidates {
  if (!isFields(value)) {
    const { problem, expected } = wrongType(path, value, 'an object with apiVersion, kind and metadata');
    return { candidates: [], problems: [at(document, path, problem, expected)] };
  }
  if (isKustomization(document, value)) {
    const message = 'rendering kustomize is not built yet';
    return { candidates: [], problems: [at(document, path, message, 'plain manifests')] };
  }
  const itemKind = itemKindOf(value);
  return itemKind === undefined
    ? { candidates: [{ object: value, document, path }], problems: [] }
    : items(document, value, path, itemKind);
}

/** The kind of a list's items, empty when each says its own; nothing for what is not a list. */
function itemKindOf({ apiVersion, kind }: Fields): string | undefined {
  if (apiVersion === 'v1' && kind === 'List') return '';
  return listKinds.get(`${String(apiVersion)} ${String(kind)}`);
}

/** Items of a typed list may leave out what the list says. */
function items(document: ManifestDocument, list: Fields, path: FieldPath, itemKind: string): Candidates {
  const given = list['items'] ?? [];
  const unknown = Object.keys(list)
    .filter((key) => !['apiVersion', 'items', 'kind', 'metadata'].includes(key))
    .map((key) =>
      at(
        document,
        [...path, key],
        `unknown field ${JSON.stringify(key)}`,
        'one of apiVersion, items, kind, metadata',
        'key',
      ),
    );
  if (!Array.isArray(given)) {
    const { problem, expected } = wrongType(path, given, 'a list');
    return { candidates: [], problems: [...unknown, at(document, [...path, 'items'], problem, expected)] };
  }
  const typed = itemKind === '' ? {} : { apiVersion: list['apiVersion'], kind: itemKind };
  const inner = given.map((item: unknown, index) =>
    unfold(document, isFields(item) ? { ...typed, ...item } : item, [...path, 'items', index]),
  );
  return {
    candidates: inner.flatMap(({ candidates }) => candidates),
    problems: [...unknown, ...inner.flatMap(({ problems }) => problems)],
  };
}

function isKustomization(document: ManifestDocument, { apiVersion, kind }: Fields): boolean {
  const name = document.path.slice(document.path.lastIndexOf('/') + 1);
  const byName = /^kustomization\.ya?ml$/.test(name) && apiVersion === undefined && kind === undefined;
  return byName || (typeof apiVersion === 'string' && apiVersion.startsWith('kustomize.config.k8s.io/'));
}

function at(
  document: ManifestDocument,
  path: FieldPath,
  message: string,
  expected: string | undefined,
  which: 'key' | 'value' = 'value',
): ManifestProblem {
  return {
    path: document.path,
    ...document.positionOf(path, which),
    ...(path.length === 0 ? {} : { field: renderPath(path) }),
    message,
    ...(expected === undefined ? {} : { expected }),
  };
}
