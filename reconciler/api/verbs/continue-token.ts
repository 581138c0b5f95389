/** Where a list that came in pages goes on: the revision of its first page and the last key shown. */
import { badRequest } from '../api-error.ts';

export interface Continuation {
  /** -1 goes on in the present state, after a consistent list could not be finished. */
  readonly revision: number;
  /** `NAMESPACE/NAME`, or `NAME` for cluster-scoped kinds. */
  readonly after: string;
  /** How many objects follow; absent where selectors decide which. */
  readonly left?: number;
}

const version = 'meta.k8s.io/v1';

export function encodeContinuation({ revision, after, left }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: version, rv: revision, start: after, left })).toString('base64url');
}

/** 400 for what is no token of this server. */
export function decodeContinuation(token: string): Continuation {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw invalidToken('illegal base64 data or JSON');
  }
  const { v, rv, start, left } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  if (v !== version)
    throw invalidToken(`server does not recognize this encoded version ${JSON.stringify(v)}`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv < -1 || rv === 0)
    throw invalidToken('incorrect encoded start resourceVersion');
  if (
    typeof start !== 'string' ||
    start === '' ||
    /(^|\/)\.{1,2}(\/|$)|\/\//.test(start) ||
    start.split('/').length > 2
  )
    throw invalidToken('incorrect encoded start key');
  if (left === undefined) return { revision: rv, after: start };
  if (typeof left !== 'number' || !Number.isSafeInteger(left) || left < 0)
    throw invalidToken('incorrect encoded number of remaining items');
  return { revision: rv, after: start, left };
}

function invalidToken(why: string): Error {
  return badRequest(`continue key is not valid: ${why}`);
}
