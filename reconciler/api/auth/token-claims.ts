/** What service account tokens say: the claims of Kubernetes, bound and legacy ones. */
import type { JWTPayload } from 'jose';

/** An object by name and uid, inside the private claims. */
export interface NamedUid {
  readonly name: string;
  readonly uid: string;
}

export interface BoundClaims {
  readonly namespace: string;
  readonly serviceaccount: NamedUid;
  readonly pod?: NamedUid;
  readonly node?: NamedUid;
  readonly secret?: NamedUid;
}

/** Whose token it is and what it is bound to; `secretName` of legacy tokens, which live in a Secret. */
export type TokenClaims =
  | { readonly type: 'bound'; readonly claims: BoundClaims; readonly id: string | undefined }
  | {
      readonly type: 'legacy';
      readonly namespace: string;
      readonly account: NamedUid;
      readonly secretName: string;
    };

export const privateClaims = 'kubernetes.io';
export const legacyIssuer = 'kubernetes/serviceaccount';
const legacyPrefix = 'kubernetes.io/serviceaccount/';

export function legacyClaims(namespace: string, account: NamedUid, secretName: string): JWTPayload {
  return {
    [`${legacyPrefix}namespace`]: namespace,
    [`${legacyPrefix}secret.name`]: secretName,
    [`${legacyPrefix}service-account.name`]: account.name,
    [`${legacyPrefix}service-account.uid`]: account.uid,
  };
}

/** `system:serviceaccount:NAMESPACE:NAME`. */
export function subjectOf(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The claims of a verified token; undefined where they are not those of a service account. */
export function readClaims(payload: JWTPayload): TokenClaims | undefined {
  const found = payload.iss === legacyIssuer ? readLegacy(payload) : readBound(payload);
  if (found === undefined) return undefined;
  const expected =
    found.type === 'legacy'
      ? subjectOf(found.namespace, found.account.name)
      : subjectOf(found.claims.namespace, found.claims.serviceaccount.name);
  return payload.sub === expected ? found : undefined;
}

function readBound(payload: JWTPayload): TokenClaims | undefined {
  const claims = payload[privateClaims];
  if (!isRecord(claims)) return undefined;
  const { namespace } = claims;
  const serviceaccount = namedUid(claims.serviceaccount);
  if (typeof namespace !== 'string' || serviceaccount === undefined) return undefined;
  const bound: { pod?: NamedUid; node?: NamedUid; secret?: NamedUid } = {};
  for (const field of ['pod', 'node', 'secret'] as const) {
    if (claims[field] === undefined) continue;
    const reference = namedUid(claims[field]);
    // A binding that cannot be read must not turn into none.
    if (reference === undefined) return undefined;
    bound[field] = reference;
  }
  return { type: 'bound', claims: { namespace, serviceaccount, ...bound }, id: payload.jti };
}

function readLegacy(payload: JWTPayload): TokenClaims | undefined {
  const text = (field: string): string => {
    const value = payload[legacyPrefix + field];
    return typeof value === 'string' ? value : '';
  };
  const namespace = text('namespace');
  const account = { name: text('service-account.name'), uid: text('service-account.uid') };
  const secretName = text('secret.name');
  if (namespace === '' || account.name === '' || account.uid === '' || secretName === '') return undefined;
  return { type: 'legacy', namespace, account, secretName };
}

function namedUid(value: unknown): NamedUid | undefined {
  if (!isRecord(value)) return undefined;
  const { name, uid } = value;
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
