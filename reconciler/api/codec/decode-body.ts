/** Bodies of requests: from bytes to an object that has the fields of its kind and no others, or a refusal. */
import { badRequest } from '../api-error.ts';
import { refuseOtherKind, typeMetaOf, unrecognized } from './body-kind.ts';
import {
  type CheckedObject,
  type ExpectedKind,
  type FieldValidation,
  cannotBeHandled,
  prune,
  strictDecodingError,
  unknownFieldTexts,
} from './field-validation.ts';
import { TypeFault } from './go-error.ts';
import { decodeUtf8, parseJson, parseJsonText } from './json-body.ts';
import { keyOrder, scanJson } from './json-scan.ts';
import { type BodyFormat, bodyFormat } from './media-type.ts';
import { decodeProtobuf } from './protobuf-envelope.ts';
import { ProtobufFault } from './protobuf-fault.ts';
import { messageOfKind } from './protobuf-kinds.ts';
import { TextFault } from './text-fault.ts';
import { parseYaml } from './yaml-body.ts';

export interface ExpectedBody extends ExpectedKind {
  /** Whether the kind may come under the version of any group, as options do. */
  readonly anyGroup?: boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A value as it was read, with what only its text tells. */
interface ReadBody {
  readonly value: unknown;
  /** Repeated keys: their paths in JSON; in YAML the text of the parser. */
  readonly duplicates: readonly string[];
  readonly text: string;
}

const kindReader =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/**
 * The object in a body, complete with apiVersion and kind. Unknown fields of kinds with a definition are left out in
 * every mode; Strict refuses them and repeated keys, Warn tells them. Throws ApiError: 415 for other content types, 400
 * for everything that is no object of the expected kind.
 */
export function decodeBody(
  bytes: Uint8Array,
  contentType: string,
  expected: ExpectedBody,
  mode: FieldValidation,
): CheckedObject {
  const { apiVersion, kind, definition } = expected;
  const hasProtobuf = definition !== undefined && messageOfKind(apiVersion, kind) !== undefined;
  const format = bodyFormat(contentType, hasProtobuf);
  if (format === 'protobuf') return { object: fromProtobuf(bytes, expected), warnings: [] };
  const body = readText(bytes, format, expected, mode !== 'Ignore');
  const { object, typeMeta } = identified(body.value, bytes, expected);
  const { kept, unknown } = pruned(object, typeMeta, expected);
  const texts = mode === 'Ignore' ? [] : strictTexts(format, body, unknown);
  if (mode === 'Strict' && texts.length > 0)
    throw cannotBeHandled(typeMeta, expected.kind, strictDecodingError(texts));
  return { object: withTypeMeta(kept, typeMeta), warnings: texts };
}

/**
 * The configuration of a server-side apply, in YAML or JSON. Its fields are left as they are, empty ones too: each of
 * them is wanted by who applies it. Repeated keys are refused or told as `mode` says. Throws ApiError 400.
 */
export function decodeApply(bytes: Uint8Array, expected: ExpectedKind, mode: FieldValidation): CheckedObject {
  const { value, duplicates } = yamlOf(bytes, (why) => badRequest(`error decoding YAML: ${why}`));
  if (!isObject(value)) throw badRequest('error decoding YAML: the configuration is no object');
  const { apiVersion, kind } = value;
  if (apiVersion !== expected.apiVersion) {
    const given = typeof apiVersion === 'string' ? apiVersion : '';
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${expected.apiVersion}`,
    );
  }
  if (kind !== expected.kind)
    throw badRequest(
      `the kind in the data (${String(kind)}) does not match the expected kind (${expected.kind})`,
    );
  const texts = duplicates.length === 0 ? [] : [`error converting YAML to JSON: ${yamlErrors(duplicates)}`];
  if (mode === 'Strict' && texts.length > 0)
    throw badRequest(`error strict decoding YAML: ${texts.join(', ')}`);
  return { object: value, warnings: mode === 'Warn' ? texts : [] };
}

/** A patch in JSON, not looked at further. Throws ApiError 400. */
export function decodePatch(bytes: Uint8Array, type: 'json' | 'merge' | 'strategic'): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
    throw badRequest(type === 'strategic' ? error.message : `error decoding patch: ${error.message}`);
  }
}

/** Strict errors of the text of a patch that `decodePatch` has taken: keys that it repeats. */
export function patchDuplicates(bytes: Uint8Array, type: 'json' | 'merge' | 'strategic'): string[] {
  const texts = scanJson(decodeUtf8(bytes)).duplicates.map(duplicateText);
  return type === 'json' ? texts.map((text) => `json patch ${text}`) : texts;
}

function fromProtobuf(bytes: Uint8Array, expected: ExpectedBody): JsonObject {
  try {
    const decoded = decodeProtobuf(bytes, expected);
    refuseOtherKind(decoded, expected, expected.anyGroup === true);
    return decoded.object;
  } catch (error) {
    if (!(error instanceof ProtobufFault)) throw error;
    const where = error.path === '' ? '' : `${error.path}: `;
    throw unrecognized(expected.kind, `${where}${error.problem}`, bytes);
  }
}

function readText(
  bytes: Uint8Array,
  format: BodyFormat,
  expected: ExpectedBody,
  findsDuplicates: boolean,
): ReadBody {
  const refused = (why: string): Error =>
    unrecognized(expected.kind, `couldn't get version/kind; json parse error: ${why}`, bytes);
  if (format === 'yaml') return { ...yamlOf(bytes, refused), text: '' };
  try {
    const text = decodeUtf8(bytes);
    const value = parseJsonText(text);
    return { value, text, duplicates: findsDuplicates ? scanJson(text).duplicates : [] };
  } catch (error) {
    throw error instanceof TextFault ? refused(error.message) : error;
  }
}

function yamlOf(
  bytes: Uint8Array,
  refused: (why: string) => Error,
): { readonly value: unknown; readonly duplicates: readonly string[] } {
  try {
    return parseYaml(bytes);
  } catch (error) {
    throw error instanceof TextFault ? refused(error.message) : error;
  }
}

/** The object of a body, and what it says it is. Null stands for an object without fields. */
function identified(
  value: unknown,
  bytes: Uint8Array,
  expected: ExpectedBody,
): {
  readonly object: JsonObject;
  readonly typeMeta: { readonly apiVersion: string; readonly kind: string };
} {
  const object = value ?? {};
  const parseError = "couldn't get version/kind; json parse error";
  if (!isObject(object)) {
    const type = Array.isArray(object) ? 'array' : typeof object === 'boolean' ? 'bool' : typeof object;
    const why = `json: cannot unmarshal ${type} into Go value of type ${kindReader}`;
    throw unrecognized(expected.kind, `${parseError}: ${why}`, bytes);
  }
  // Objects of custom resources have to say what they are.
  if (expected.definition === undefined && (object['kind'] ?? '') === '')
    throw unrecognized(expected.kind, "Object 'Kind' is missing", bytes);
  try {
    const typeMeta = typeMetaOf(object, expected);
    refuseOtherKind(typeMeta, expected, expected.anyGroup === true);
    return { object, typeMeta };
  } catch (error) {
    throw error instanceof TypeFault
      ? unrecognized(expected.kind, `${parseError}: ${error.message}`, bytes)
      : error;
  }
}

function pruned(
  object: JsonObject,
  typeMeta: { readonly apiVersion: string; readonly kind: string },
  expected: ExpectedBody,
): { readonly kept: JsonObject; readonly unknown: readonly string[] } {
  if (expected.definition === undefined) return { kept: object, unknown: [] };
  try {
    const result = prune(object, expected.definition);
    return { kept: result.object, unknown: result.unknown };
  } catch (error) {
    throw error instanceof TypeFault ? cannotBeHandled(typeMeta, expected.kind, error.message) : error;
  }
}

/** Strict errors in the order of the text; in YAML, repeated keys are one error and come first. */
function strictTexts(format: BodyFormat, body: ReadBody, unknown: readonly string[]): string[] {
  const { duplicates, text } = body;
  if (format === 'yaml')
    return [...(duplicates.length === 0 ? [] : [yamlErrors(duplicates)]), ...unknownFieldTexts(unknown)];
  const within = (path: string): boolean =>
    unknown.some((other) => path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`));
  // Of what is unknown, and what is in it, nothing else is told.
  const repeated = duplicates.filter((path) => !within(path));
  if (unknown.length === 0) return repeated.map(duplicateText);
  if (repeated.length === 0) return unknownFieldTexts(unknown);
  const order = keyOrder(text);
  const isRepeated = new Set(repeated);
  return [...repeated, ...new Set(unknown)]
    .sort((left, right) => (order.get(left) ?? 0) - (order.get(right) ?? 0))
    .flatMap((path) => (isRepeated.has(path) ? [duplicateText(path)] : unknownFieldTexts([path])));
}

function duplicateText(path: string): string {
  return `duplicate field ${JSON.stringify(path)}`;
}

function yamlErrors(lines: readonly string[]): string {
  return `yaml: unmarshal errors:\n  ${lines.join('\n  ')}`;
}

function withTypeMeta(
  object: JsonObject,
  { apiVersion, kind }: { apiVersion: string; kind: string },
): JsonObject {
  if (object['apiVersion'] === apiVersion && object['kind'] === kind) return object;
  const { apiVersion: _apiVersion, kind: _kind, ...fields } = object;
  return { apiVersion, kind, ...fields };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
