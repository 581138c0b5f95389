/** Credentials that prove nothing, impersonation without the right to it, headers that no client sends. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { Malformed } from './malformed.ts';

const maps = '/api/v1/namespaces/default/configmaps';

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What a token of Berth's says of a service account that it never made. */
const claims = {
  iss: 'https://kubernetes.default.svc',
  aud: ['https://kubernetes.default.svc'],
  sub: 'system:serviceaccount:kube-system:admin',
  exp: 4_102_444_800,
  iat: 1_700_000_000,
  nbf: 1_700_000_000,
  'kubernetes.io': { namespace: 'kube-system', serviceaccount: { name: 'admin', uid: 'a' } },
};

function signed(header: object, payload: unknown = claims): string {
  const text = `${encoded(header)}.${encoded(payload)}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

function hashed(secret: string): string {
  const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const unsigned = (alg: string): string => `${encoded({ alg, typ: 'JWT' })}.${encoded(claims)}.`;

const tokens: readonly (readonly [name: string, header: string])[] = [
  ['a word', 'Bearer nonsense'],
  ['two dots', 'Bearer ..'],
  ['parts that are no JSON', 'Bearer a.b.c'],
  ['the algorithm none', `Bearer ${unsigned('none')}`],
  ['the algorithm nOnE', `Bearer ${unsigned('nOnE')}`],
  ['a hash with an empty key', `Bearer ${hashed('')}`],
  ['a hash with a guessed key', `Bearer ${hashed('secret')}`],
  ['a foreign key', `Bearer ${signed({ alg: 'ES256', typ: 'JWT' })}`],
  ['a foreign key by a known name', `Bearer ${signed({ alg: 'ES256', kid: '../../pki/1' })}`],
  [
    'a key that it brings itself',
    `Bearer ${signed({ alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: 'a', y: 'b' } })}`,
  ],
  ['a key from elsewhere', `Bearer ${signed({ alg: 'ES256', jku: 'http://127.0.0.1:1/keys' })}`],
  ['critical extensions', `Bearer ${signed({ alg: 'ES256', crit: ['x'], x: 1 })}`],
  ['claims that are a list', `Bearer ${signed({ alg: 'ES256' }, [])}`],
  ['claims that have expired', `Bearer ${signed({ alg: 'ES256' }, { ...claims, exp: 1 })}`],
  [
    'a prototype in its header',
    `Bearer ${Buffer.from('{"__proto__":{"alg":"none"}}').toString('base64url')}.${encoded(claims)}.`,
  ],
  ['a megabyte', `Bearer ${'a'.repeat(60_000)}`],
];

const impersonation: readonly (readonly [name: string, headers: readonly string[], code: number])[] = [
  ['a group without a user', ['Impersonate-Group: system:masters'], 400],
  ['a uid without a user', ['Impersonate-Uid: 1'], 400],
  ['an extra without a user', ['Impersonate-Extra-Scopes: a'], 400],
];

/** Sent by the administrator. */
export const malformedHeaders: readonly Malformed[] = [
  ...impersonation.map(
    ([name, headers, code]): Malformed => ({
      name: `impersonation of ${name}`,
      code,
      request: { path: maps, headers },
    }),
  ),
  {
    name: 'impersonation of nobody in particular by a user without rights',
    code: 403,
    request: { path: maps, headers: ['Impersonate-User: nobody'] },
  },
  { name: 'an Accept of another type', code: 406, request: { path: maps, headers: ['Accept: text/html'] } },
  {
    name: 'an Accept of another form',
    code: 406,
    request: { path: maps, headers: ['Accept: application/json;as=Chair;g=meta.k8s.io;v=v1'] },
  },
  {
    name: 'an Accept of a table in protobuf',
    code: 406,
    request: {
      path: maps,
      headers: ['Accept: application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1'],
    },
  },
  {
    name: 'an Accept of an unknown version of tables',
    code: 406,
    request: { path: maps, headers: ['Accept: application/json;as=Table;g=meta.k8s.io;v=v9'] },
  },
  { name: 'an Accept of semicolons', code: 406, request: { path: maps, headers: ['Accept: ;;;;'] } },
  { name: 'a header line without a colon', code: 400, request: { path: maps, headers: ['nonsense'] } },
  { name: 'a header with a space in its name', code: 400, request: { path: maps, headers: ['a b: c'] } },
  { name: 'a header with a NUL', code: 400, request: { path: maps, headers: ['a: b\0c'] } },
  { name: 'a folded header', code: 400, request: { path: maps, headers: ['a: b', ' c'] } },
  {
    name: 'headers of 100 KiB',
    code: 431,
    request: { path: maps, headers: [`a: ${'b'.repeat(100 * 1024)}`] },
  },
  {
    name: 'ten thousand headers',
    code: 431,
    request: { path: maps, headers: Array.from({ length: 10_000 }, (_, index) => `a${String(index)}: b`) },
  },
  { name: 'an unknown expectation', code: 417, request: { path: maps, headers: ['Expect: the-unexpected'] } },
  {
    name: 'a transfer encoding that nobody knows',
    code: 400,
    request: { method: 'POST', path: maps, headers: ['Transfer-Encoding: rot13'], body: '{}' },
  },
];

/** Sent by somebody without a client certificate. */
export const malformedTokens: readonly Malformed[] = [
  ...tokens.map(
    ([name, header]): Malformed => ({
      name: `a token of ${name}`,
      code: 401,
      request: { path: maps, headers: [`Authorization: ${header}`] },
    }),
  ),
  { name: 'no credentials', code: 403, request: { path: maps } },
  {
    name: 'the impersonation of a master by nobody',
    code: 403,
    request: { path: maps, headers: ['Impersonate-User: a', 'Impersonate-Group: system:masters'] },
  },
  {
    name: 'the headers of a front proxy',
    code: 403,
    request: { path: maps, headers: ['X-Remote-User: admin', 'X-Remote-Group: system:masters'] },
  },
  { name: 'a token in the query', code: 403, request: { path: `${maps}?access_token=a&token=b` } },
];
