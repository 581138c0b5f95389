/** JSON Patch (RFC 6902), all of whose operations apply or none. */
import { sameJson } from '../model/json.ts';
import { childOf, indexOf, parsePointer } from './json-pointer.ts';
import { type JsonObject, cloneJson, isObject, setKey } from './json-value.ts';
import { inapplicablePatch, malformedPatch, oversizedPatch } from './patch-error.ts';

/** Kubernetes' bound on one patch. */
const operationsMax = 10_000;

/** What `copy` may add to a document, as JSON text; Kubernetes' bound. Copies of copies would grow without end. */
const copiedBytesMax = 3 * 1024 * 1024;

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from: string;
  readonly value: unknown;
}

/** The document under way: the caller's is not touched. */
interface Draft {
  root: unknown;
  copiedBytes: number;
}

type Apply = (draft: Draft, operation: Operation) => void;

const operationsByName: Readonly<Record<string, Apply>> = {
  add: (draft, { path, value }) => add(draft, path, cloneJson(given(value, path))),
  remove: (draft, { path }) => void remove(draft, path),
  replace: (draft, { path, value }) => replace(draft, path, cloneJson(given(value, path))),
  move: (draft, { from, path }) => {
    if (path.startsWith(`${from}/`)) throw inapplicablePatch(`cannot move ${from} into itself`);
    if (path === from) valueAt(draft, from);
    else add(draft, path, remove(draft, from));
  },
  copy,
  test,
};

/**
 * The document after all operations. Throws PatchError: 400 where `operations` is no list of operations, 413 for too
 * many, 422 where one does not apply (a missing path, a failed test).
 */
export function jsonPatch(target: JsonObject, operations: unknown): unknown {
  if (!Array.isArray(operations))
    throw malformedPatch('json: cannot unmarshal the patch into Go value of type jsonpatch.Patch');
  if (operations.length > operationsMax) {
    throw oversizedPatch(
      `The allowed maximum operations in a JSON patch is ${operationsMax}, got ${operations.length}`,
    );
  }
  const parsed = operations.map(parseOperation);
  const draft: Draft = { root: cloneJson(target), copiedBytes: 0 };
  for (const operation of parsed) {
    const apply = Object.hasOwn(operationsByName, operation.op) ? operationsByName[operation.op] : undefined;
    if (apply === undefined) throw inapplicablePatch(`Unexpected kind: ${operation.op}`);
    apply(draft, operation);
  }
  return draft.root;
}

function parseOperation(value: unknown): Operation {
  if (!isObject(value))
    throw malformedPatch('json: cannot unmarshal an operation into Go value of type jsonpatch.Operation');
  const text = (name: string): string => {
    const field = value[name] ?? '';
    if (typeof field !== 'string') throw malformedPatch(`json: the ${name} of an operation must be a string`);
    return field;
  };
  return { op: text('op'), path: text('path'), from: text('from'), value: value['value'] };
}

function given(value: unknown, path: string): unknown {
  if (value === undefined) throw inapplicablePatch(`the operation on ${path} has no value`);
  return value;
}

function add(draft: Draft, path: string, value: unknown): void {
  const place = placeOf(draft, path);
  if (place === undefined) {
    draft.root = value;
  } else if (Array.isArray(place.container)) {
    const index =
      place.part === '-' ? place.container.length : indexOf(place.part, place.container.length + 1);
    if (index === undefined) throw missing(path);
    place.container.splice(index, 0, value);
  } else setKey(place.container, place.part, value);
}

function remove(draft: Draft, path: string): unknown {
  const place = placeOf(draft, path);
  if (place === undefined) throw inapplicablePatch('cannot remove the whole document');
  const value = existing(place.container, place.part, path);
  if (Array.isArray(place.container)) {
    const index = indexOf(place.part, place.container.length) ?? 0;
    place.container.splice(index, 1);
  } else Reflect.deleteProperty(place.container, place.part);
  return value;
}

function replace(draft: Draft, path: string, value: unknown): void {
  const place = placeOf(draft, path);
  if (place === undefined) {
    draft.root = value;
    return;
  }
  existing(place.container, place.part, path);
  if (Array.isArray(place.container)) {
    place.container[indexOf(place.part, place.container.length) ?? 0] = value;
  } else setKey(place.container, place.part, value);
}

function copy(draft: Draft, { from, path }: Operation): void {
  const value = valueAt(draft, from);
  draft.copiedBytes += JSON.stringify(value).length;
  if (draft.copiedBytes > copiedBytesMax) {
    throw inapplicablePatch(
      `Unable to complete the copy, the accumulated size increase of copy is ${draft.copiedBytes}, exceeding the limit ${copiedBytesMax}`,
    );
  }
  add(draft, path, cloneJson(value));
}

/** A member that is not there is equal to null, as in Kubernetes. */
function test(draft: Draft, { path, value }: Operation): void {
  const place = placeOf(draft, path);
  const actual = place === undefined ? draft.root : childOf(place.container, place.part);
  if (place !== undefined && Array.isArray(place.container) && actual === undefined) throw missing(path);
  if (!sameJson(actual ?? null, value ?? null)) throw inapplicablePatch(`testing value ${path} failed`);
}

function valueAt(draft: Draft, path: string): unknown {
  const place = placeOf(draft, path);
  return place === undefined ? draft.root : existing(place.container, place.part, path);
}

/** The list or object that a pointer ends in, and the last part; undefined for the whole document. */
function placeOf(
  draft: Draft,
  path: string,
): { readonly container: unknown[] | Record<string, unknown>; readonly part: string } | undefined {
  const parts = parsePointer(path);
  if (parts === undefined) throw inapplicablePatch(`${path} is no JSON pointer`);
  const part = parts.at(-1);
  if (part === undefined) return undefined;
  let container = draft.root;
  for (const name of parts.slice(0, -1)) container = childOf(container, name);
  if (typeof container !== 'object' || container === null) throw missing(path);
  return { container: container as unknown[] | Record<string, unknown>, part };
}

function existing(container: unknown, part: string, path: string): unknown {
  const value = childOf(container, part);
  if (value === undefined) throw missing(path);
  return value;
}

function missing(path: string): Error {
  return inapplicablePatch(`doc is missing path: ${path}`);
}
