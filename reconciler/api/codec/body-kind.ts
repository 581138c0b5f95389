/** apiVersion and kind of a body, against what the request expects. */
import { bodyDefinition, groupOf } from '../../../schemas/kinds.ts';
import { type ApiError, badRequest } from '../api-error.ts';
import { TypeFault } from './go-error.ts';
import { type ExpectedKind, cannotBeHandled } from './field-validation.ts';

interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/** How much of a body its refusal quotes. */
const quotedBytesMax = 30;
const scheme = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30';

/**
 * What a JSON object says it is. What it leaves out is what the request expects. Throws TypeFault where it is no
 * text.
 */
export function typeMetaOf(object: Readonly<Record<string, unknown>>, expected: ExpectedKind): TypeMeta {
  return {
    apiVersion: textField(object, 'apiVersion') || expected.apiVersion,
    kind: textField(object, 'kind') || expected.kind,
  };
}

function textField(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = object[name] ?? '';
  if (typeof value === 'string') return value;
  const type = Array.isArray(value) ? 'array' : typeof value;
  throw new TypeFault(`json: cannot unmarshal ${type} into Go struct field .${name} of type string`);
}

/** Throws 400 unless the body is of the kind that is expected; with `anyGroup`, under the version of any group. */
export function refuseOtherKind(actual: TypeMeta, expected: ExpectedKind, anyGroup: boolean): void {
  const { apiVersion, kind } = actual;
  if (kind === expected.kind && (apiVersion === expected.apiVersion || anyGroup)) return;
  const isKnown = kind === expected.kind || bodyDefinition(apiVersion, kind) !== undefined;
  if (!isKnown && expected.definition !== undefined) {
    const why = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "${scheme}"`;
    throw cannotBeHandled(actual, expected.kind, why);
  }
  if (apiVersion !== expected.apiVersion && !anyGroup) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
  const why = `converting (${goType(apiVersion, kind)}) to (${internalType(expected)}): unknown conversion`;
  throw cannotBeHandled(actual, expected.kind, why);
}

/** 400 for a body of which not even the kind can be told. */
export function unrecognized(expectedKind: string, why: string, bytes: Uint8Array): ApiError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${expectedKind}): ${why} (${summaryOf(bytes)})`,
  );
}

/** The beginning of a body: JSON as it is, anything else in hexadecimal. */
function summaryOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const start = Buffer.from(bytes.subarray(0, quotedBytesMax));
  const text = start.toString('utf8');
  return `${text.startsWith('{') ? text : start.toString('hex')}${bytes.length > quotedBytesMax ? ' ...' : ''}`;
}

function goType(apiVersion: string, kind: string): string {
  return `${apiVersion.slice(apiVersion.indexOf('/') + 1)}.${kind}`;
}

/** Kubernetes' internal types are in packages called after the first part of the group. */
function internalType({ apiVersion, kind }: ExpectedKind): string {
  const group = groupOf(apiVersion).split('.')[0] ?? '';
  return `${group === '' ? 'core' : group}.${kind}`;
}
