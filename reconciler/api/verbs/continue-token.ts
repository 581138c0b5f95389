/** Where a list that came in pages goes on: the revision of its first page and the last key shown. */
import { badRequest } from '../api-error.ts';

export interface Continuation {
  /** -1 goes on in the present state, after a consistent list could not be finished. */
  readonly revision: number;
  /** `NAMESPACE/NAME`, or `NAME` for cluster-scoped kinds. */
  readonly after: string;
}

const version = 'meta.k8s.io/v1';

export function encodeContinuation({ revision, after }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: version, rv: revision, start: after })).toString('base64url');
}

/** 400 for what is no token of this server. */
export function decodeContinuation(token: string): Continuation {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw invalidToken('illegal base64 data or JSON');
  }
  const { v, rv, start } = (typeof given === 'object' && given !== null ? given : {}) as Record<
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
  return { revision: rv, after: start };
}

function invalidToken(why: string): Error {
  return badRequest(`continue key is not valid: ${why}`);
}
