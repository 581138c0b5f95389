/**
 * Fields of an object against what its kind has: what the kind does not have is left out, and told as the request's
 * `fieldValidation` asks; what has another type is refused.
 */
import { goText } from '../../core/patch/patch-directives.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { type Walk, checkOfDefinition } from './field-checks.ts';
import { TypeFault } from './go-error.ts';

/** What happens to unknown and repeated fields: the request is refused, warned of, or neither. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

type JsonObject = Readonly<Record<string, unknown>>;

/** What an object has to be. Without a definition (custom resources) its fields are not looked at. */
export interface ExpectedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly definition?: string | undefined;
}

export interface CheckedObject {
  readonly object: JsonObject;
  /** Texts for `Warning: 299` headers. */
  readonly warnings: readonly string[];
}

/** As many as Kubernetes tells at most. */
const strictErrorsMax = 100;

/**
 * The object with the fields of its definition alone: without unknown ones, without null, and without those that hold
 * nothing when they are empty. It is the same object where nothing is left out. `unknown` are paths, in their order.
 * Throws TypeFault.
 */
export function prune(
  object: JsonObject,
  definition: string,
): { readonly object: JsonObject; readonly unknown: readonly string[] } {
  const check = checkOfDefinition(definition);
  if (check === undefined) throw new Error(`no definition ${definition}`);
  const walk: Walk = { path: [], fields: [], struct: '', unknown: [] };
  const kept = check(object, walk) as JsonObject;
  return { object: kept, unknown: walk.unknown };
}

/** `unknown field "spec.foo"`, each once. */
export function unknownFieldTexts(paths: readonly string[]): string[] {
  return [...new Set(paths)].map((path) => `unknown field ${JSON.stringify(path)}`);
}

/** `strict decoding error: unknown field "spec.foo", duplicate field "spec.bar"`. */
export function strictDecodingError(texts: readonly string[]): string {
  return `strict decoding error: ${texts.slice(0, strictErrorsMax).join(', ')}`;
}

/**
 * An object that a patch made. As kube-apiserver answers it: 422 with the patched document, for unknown fields under
 * Strict and for values of the wrong type. `found` are the strict errors of the patch itself. Of a strategic merge
 * patch, `strategicPatch` is told instead of the document.
 */
export function checkFields(
  raw: unknown,
  { definition }: ExpectedKind,
  mode: FieldValidation,
  found: readonly string[] = [],
  strategicPatch?: unknown,
): CheckedObject {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw invalidPatch(
      JSON.stringify(raw),
      `json: cannot unmarshal ${Array.isArray(raw) ? 'array' : typeof raw} into Go value`,
    );
  const document = raw as JsonObject;
  const told = strategicPatch === undefined ? JSON.stringify(document) : goText(strategicPatch);
  if (definition === undefined) return strictly(document, told, found, mode);
  try {
    const { object, unknown } = prune(document, definition);
    return strictly(object, told, [...found, ...unknownFieldTexts(unknown)], mode);
  } catch (error) {
    if (!(error instanceof TypeFault)) throw error;
    throw invalidPatch(told, strategicPatch === undefined ? error.message : error.conversionMessage);
  }
}

function strictly(
  object: JsonObject,
  told: string,
  texts: readonly string[],
  mode: FieldValidation,
): CheckedObject {
  if (mode === 'Strict' && texts.length > 0) throw invalidPatch(told, strictDecodingError(texts));
  return { object, warnings: mode === 'Warn' ? texts.slice(0, strictErrorsMax) : [] };
}

function invalidPatch(told: string, problem: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(told)}: ${problem}`;
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: ` "" is invalid: patch: ${message}`,
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
    details: {},
  });
}

/** 400 as kube-apiserver words it: `Deployment in version "v1" cannot be handled as a Deployment: …`. */
export function cannotBeHandled(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  expectedKind: string,
  why: string,
): ApiError {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  return badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expectedKind}: ${why}`,
  );
}
