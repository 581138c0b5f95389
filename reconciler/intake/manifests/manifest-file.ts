/** One file of manifests: from bytes to documents with the place of each node. No I/O. */
import { EVENT_ID, type Event, YAMLException, parseEvents } from 'js-yaml';
import { kindByGvk } from '../../../schemas/kinds.ts';
import { type FieldPath, renderPath } from '../../../schemas/validation/field-path.ts';
import { fieldsOf, listOf } from '../../../schemas/validation/loose.ts';
import { schemaPath } from '../../../schemas/validation/schema-path.ts';
import type { ManifestLimits } from './limits.ts';
import { LineIndex, type Position } from './line-index.ts';
import type { ManifestProblem } from './problem.ts';
import { composeDocument, templateHint } from './yaml-composer.ts';
import { nodeAt, nodeOffset } from './yaml-events.ts';
import { documentPositions, locate } from './yaml-positions.ts';

export interface ManifestFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** A document of a file, with a way from its fields to their places. */
export interface ManifestDocument {
  readonly path: string;
  /** From 0, counting empty documents. */
  readonly index: number;
  readonly value: unknown;
  readonly hasNull: boolean;
  readonly start: Position;
  /** Fields whose values YAML read otherwise than meant. */
  readonly spoiled: ReadonlySet<string>;
  /** What YAML itself had to say. */
  readonly problems: readonly ManifestProblem[];
  positionOf(path: FieldPath, at: 'key' | 'value'): Position;
}

export interface ReadFile {
  readonly documents: readonly ManifestDocument[];
  /** Problems of the file as a whole. */
  readonly problems: readonly ManifestProblem[];
}

/** A stretch of a file that parses on its own: all of it, or one document when another one is broken. */
interface Stretch {
  readonly source: string;
  /** Where it begins in the file. */
  readonly base: number;
  readonly events: readonly Event[];
}

interface BrokenStretch {
  readonly base: number;
  readonly length: number;
  readonly error: YAMLException;
}

const separator = /^---(?=[ \t\r\n]|$)/gm;

/** All documents of a file. A document with broken syntax is one problem; the others are read all the same. */
export function readManifestFile(file: ManifestFile, limits: ManifestLimits): ReadFile {
  const { path } = file;
  const bytes = typeof file.content === 'string' ? Buffer.byteLength(file.content) : file.content.byteLength;
  if (bytes > limits.fileBytesMax) {
    return failed(
      path,
      { line: 1, column: 1 },
      `the file has ${bytes} bytes`,
      `at most ${limits.fileBytesMax}`,
    );
  }
  const source =
    typeof file.content === 'string' ? file.content.replace(/^\ufeff/, '') : decodeUtf8(file.content);
  if (typeof source !== 'string') return failed(path, source, 'the file is not valid UTF-8 text');
  const separators = source.match(separator)?.length ?? 0;
  if (separators > limits.documentsMax) {
    const message = `the file has more than ${limits.documentsMax} documents`;
    return failed(path, { line: 1, column: 1 }, message, 'several files');
  }
  const lines = new LineIndex(source);
  const stretches = parseStretches(path, source, lines, limits);
  const notJson =
    path.endsWith('.json') && stretches.problems.length === 0 ? jsonProblem(path, source, lines) : undefined;
  if (notJson !== undefined) return { documents: [], problems: [notJson] };
  const documents = stretches.parsed.flatMap((stretch) => readDocuments(path, stretch, lines, limits));
  return {
    documents: documents.map((document, index) => ({ ...document, index })),
    problems: stretches.problems,
  };
}

/** Parses the whole file; when that fails, each document alone, so that one mistake does not hide the next. */
function parseStretches(
  path: string,
  source: string,
  lines: LineIndex,
  limits: ManifestLimits,
): { readonly parsed: readonly Stretch[]; readonly problems: readonly ManifestProblem[] } {
  const whole = parse(source, 0, limits);
  if ('events' in whole) return { parsed: [whole], problems: [] };
  const starts = [0, ...[...source.matchAll(separator)].map(({ index }) => index)];
  const alone = starts.map((start, index) => parse(source.slice(start, starts[index + 1]), start, limits));
  const failures = alone.filter((stretch) => 'error' in stretch);
  return {
    parsed: alone.filter((stretch) => 'events' in stretch),
    problems: (failures.length > 0 ? failures : [whole]).map((failure) =>
      syntaxProblem(path, failure, lines),
    ),
  };
}

function parse(source: string, base: number, limits: ManifestLimits): Stretch | BrokenStretch {
  try {
    return { source, base, events: parseEvents(source, { maxDepth: limits.depthMax }) };
  } catch (error) {
    if (error instanceof YAMLException) return { base, length: source.length, error };
    throw error;
  }
}

function readDocuments(
  path: string,
  { source, base, events }: Stretch,
  lines: LineIndex,
  limits: ManifestLimits,
): readonly Omit<ManifestDocument, 'index'>[] {
  const starts = events.flatMap((event, index) => (event.type === EVENT_ID.DOCUMENT ? [index] : []));
  const place = (offset: number): Position => lines.position(base + offset);
  return starts.map((index) => {
    const composed = composeDocument(source, events, index, limits, (offset) => place(offset).line);
    const { value, hasNull } = composed;
    let tree: ReturnType<typeof documentPositions> | undefined;
    const positionOf = (field: FieldPath, at: 'key' | 'value'): Position => {
      tree ??= documentPositions(source, events, index, composed.aliasTargets);
      return place(locate(tree, field, at));
    };
    const placed = composed.problems.map((found) => ({
      ...found,
      field: renderPath(documentPath(value, found.keys)),
    }));
    const problems = placed.map(({ offset, field, message, expected }) => ({
      path,
      ...place(offset),
      ...(field === '' ? {} : { field }),
      message,
      ...(expected === undefined ? {} : { expected }),
    }));
    const spoiled = new Set(placed.flatMap(({ field, spoils }) => (spoils ? [field] : [])));
    const start = place(nodeOffset(nodeAt(events, index + 1)) ?? 0);
    return { path, value, hasNull, start, spoiled, problems, positionOf };
  });
}

/** The path of keys by the schema of the object that they lie in: the document's, or that of a list's item. */
function documentPath(value: unknown, keys: readonly (string | number)[]): FieldPath {
  const [list, index] = keys;
  const item =
    list === 'items' && typeof index === 'number' ? listOf(fieldsOf(value)['items'])[index] : undefined;
  if (item !== undefined) return ['items', index ?? 0, ...documentPath(item, keys.slice(2))];
  const { apiVersion, kind } = fieldsOf(value);
  return schemaPath(kindByGvk(String(apiVersion), String(kind))?.definition, keys);
}

/** What people most often got wrong when the parser says this. */
const syntaxHints: Readonly<Record<string, string>> = {
  'bad indentation of a mapping entry':
    'keys of one map in one column, and quotes around text that contains ": "',
  'bad indentation of a sequence entry': 'the items (-) of one list in one column',
  'deficient indentation': 'a closing quote or bracket before this line, or more indentation',
  'tab characters must not be used in indentation': 'spaces',
};

function syntaxProblem(
  path: string,
  { base, length, error }: BrokenStretch,
  lines: LineIndex,
): ManifestProblem {
  const offset = base + Math.min(error.mark?.position ?? 0, length);
  const expected = lines.textAt(offset).includes('{{') ? templateHint : syntaxHints[error.reason];
  const depth = /^nesting exceeded maxDepth \((\d+)\)$/.exec(error.reason)?.[1];
  const language = path.endsWith('.json') ? 'JSON' : 'YAML';
  const message =
    depth === undefined ? `invalid ${language}: ${error.reason}` : `nested deeper than ${depth} levels`;
  return { path, ...lines.position(offset), message, ...(expected === undefined ? {} : { expected }) };
}

/** YAML reads more than JSON does; a file that calls itself JSON must be JSON. */
function jsonProblem(path: string, source: string, lines: LineIndex): ManifestProblem | undefined {
  try {
    JSON.parse(source === '' ? 'null' : source);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const offset = /at position (\d+)/.exec(error.message)?.[1];
    const message = error.message.replace(/ at position \d+.*$/s, '').replace(/, .*is not valid JSON$/s, '');
    return {
      path,
      ...lines.position(offset === undefined ? 0 : Number(offset)),
      message: `invalid JSON: ${message}`,
    };
  }
}

/** The text, or the place of the first byte that is not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | Position {
  const whole = decodePrefix(bytes, bytes.length, false);
  if (whole !== undefined) return whole;
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodePrefix(bytes, middle, true) === undefined) bad = middle;
    else good = middle;
  }
  const text = decodePrefix(bytes, good, true) ?? '';
  return new LineIndex(text).position(text.length);
}

function decodePrefix(bytes: Uint8Array, length: number, more: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: more });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function failed(path: string, position: Position, message: string, expected?: string): ReadFile {
  const problem = { path, ...position, message, ...(expected === undefined ? {} : { expected }) };
  return { documents: [], problems: [problem] };
}
