/** Paths, queries, selectors, tokens of lists and methods that are none. */
import type { Malformed } from './malformed.ts';

const maps = '/api/v1/namespaces/default/configmaps';

type Case = readonly [path: string, code: number];

const paths: readonly Case[] = [
  ['/api/v1/../v1/pods', 404],
  ['/api/v1/namespaces/../pods', 404],
  ['/api/v1/namespaces/%2e%2e/pods', 404],
  ['/api/v1/namespaces/%2E%2E%2Fkube-system/secrets', 404],
  ['/api/v1/namespaces/default/configmaps/..', 404],
  ['/api/v1/namespaces/default/configmaps/%2e', 404],
  ['/api/v1/namespaces/default/configmaps/..%2f..%2fsecrets', 404],
  ['/api/v1/namespaces/default/configmaps/a%00b', 404],
  ['/api/v1/namespaces/default/configmaps/%', 404],
  ['/api/v1/namespaces/default/configmaps/%zz', 404],
  ['/api/v1/namespaces/default/configmaps/%ff%fe', 404],
  ['/api/v1/namespaces/default/configmaps/%C0%AE', 404],
  ['/api/v1/namespaces/default/configmaps/%E0%A4%A', 404],
  ['/api//v1/pods', 404],
  ['//api/v1/pods', 404],
  ['/api/v1//pods', 404],
  ['/api/v1/namespaces//pods', 404],
  ['/api/v1/namespaces/default//pods', 404],
  ['/api/v1/namespaces/default/pods//log', 404],
  ['/api/v1/namespaces/default/configmaps/', 404],
  ['/api/v1/nothings', 404],
  ['/api/v1/Pods', 404],
  ['/api/v2/pods', 404],
  ['/apis/none/v1/pods', 404],
  ['/apis/apps/v2/deployments', 404],
  ['/apis/apps/v1/pods', 404],
  ['/api/v1/nodes/a/b/c/d', 404],
  ['/api/v1/namespaces/default/nodes', 404],
  ['/api/v1/pods/web', 404],
  ['/api/v1/namespaces/default/configmaps/kept/none', 404],
  ['/api/v1/namespaces/default/configmaps/kept/status', 404],
  [`/api/v1/namespaces/default/configmaps/${'a'.repeat(10_000)}`, 404],
  [`/api/v1/${'a/'.repeat(5_000)}`, 404],
  ['/etc/passwd', 404],
  ['/openapi/v3/../../etc/passwd', 404],
  ['/openapi/v3/apis/none/v1', 404],
  ['/__proto__', 404],
  ['/api/v1/__proto__', 404],
  ['/api/v1/constructor', 404],
  ['/apis/__proto__/v1/a', 404],
  ['/api/v1/namespaces/__proto__/configmaps/constructor', 404],
  ['*', 404],
  ['http://other/api/v1/nothings', 404],
];

const query = (text: string): string => `${maps}?${text}`;
const token = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const version = 'meta.k8s.io/v1';

const queries: readonly Case[] = [
  ...[
    'a b',
    'a in',
    'a in (',
    'a in (b',
    '=',
    '==',
    '!',
    ',',
    'a=,=',
    'a notin b',
    'a>b',
    '(a)',
    'a=b=c',
    'a/b/c=d',
    `${'a'.repeat(64)}=b`,
    `a=${'b'.repeat(64)}`,
    '-a=b',
    'a=b/c',
    '!a=b',
    'é=b',
    '\0=b',
    '__proto__ in (',
    `a in (${'b,'.repeat(1_000)}`,
  ].map((selector): Case => [query(`labelSelector=${encodeURIComponent(selector)}`), 400]),
  ...[
    'name',
    'a=b',
    'metadata.name',
    'metadata.name>a',
    'spec.nodeName=a',
    'metadata.labels.a=b',
    '__proto__=a',
    'constructor=a',
    'metadata.name=a\\',
    '=a',
  ].map((selector): Case => [query(`fieldSelector=${encodeURIComponent(selector)}`), 400]),
  [query('limit=many'), 400],
  [query('limit=1.5'), 400],
  [query('limit='), 400],
  [query('limit=99999999999999999999'), 400],
  [query('timeoutSeconds=soon&watch=1'), 400],
  [query('continue=nonsense'), 400],
  [query('continue=%00'), 400],
  [query(`continue=${token({ v: 'v0', rv: 1, start: 'a' })}`), 400],
  [query(`continue=${token({ v: version, rv: -5, start: 'a' })}`), 400],
  [query(`continue=${token({ v: version, rv: 0, start: 'a' })}`), 400],
  [query(`continue=${token({ v: version, rv: 'a', start: 'a' })}`), 400],
  [query(`continue=${token({ v: version, rv: 1 })}`), 400],
  [query(`continue=${token({ v: version, rv: 1, start: '../../secrets/a' })}`), 400],
  [query(`continue=${token({ v: version, rv: 1, start: 'a//b' })}`), 400],
  [query(`continue=${token({ v: version, rv: 1, start: 7 })}`), 400],
  [query(`continue=${token([])}`), 400],
  [query(`continue=${token(null)}`), 400],
  [query(`continue=${token({ v: version, rv: 1, start: 'default/a' })}&resourceVersion=1`), 400],
  [query('resourceVersion=now'), 400],
  [query('resourceVersion=-1'), 400],
  [query('resourceVersion=1.5'), 400],
  [query('resourceVersion=0x10'), 400],
  [query('resourceVersion=99999999999999999999'), 400],
  [query('resourceVersion=now&watch=1'), 400],
  [`${maps}/kept?resourceVersion=now`, 400],
  [query('resourceVersion=999999999&resourceVersionMatch=Exact'), 504],
  [query('resourceVersionMatch=Exact'), 422],
  [query('resourceVersionMatch=Newest&resourceVersion=1'), 422],
  [query('resourceVersionMatch=Exact&resourceVersion=0'), 422],
  [query('watch=1&sendInitialEvents=true'), 422],
  [query('watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=1'), 422],
];

const deletions: readonly Case[] = [
  [`${maps}/kept?propagationPolicy=Later`, 422],
  [`${maps}/kept?dryRun=Some`, 422],
  [`${maps}/kept?gracePeriodSeconds=soon`, 400],
  [`${maps}/kept?gracePeriodSeconds=1.5`, 400],
  [`${maps}/kept?propagationPolicy=Orphan&orphanDependents=true`, 422],
  [`${maps}?labelSelector=a%20b`, 400],
  ['/api/v1/namespaces', 405],
  ['/api/v1/bindings', 405],
  ['/version', 405],
];

const writes: readonly Case[] = [
  [`${maps}?dryRun=Some`, 422],
  [`${maps}?fieldValidation=Maybe`, 422],
  [`${maps}?fieldManager=${'a'.repeat(129)}`, 422],
  [`${maps}?fieldManager=a%00b`, 422],
  [`${maps}/kept`, 405],
  ['/api/v1/namespaces/none/configmaps', 404],
  ['/api/v1/configmaps', 405],
  ['/version', 405],
  ['/api', 405],
];

const methods: readonly string[] = ['TRACE', 'OPTIONS', 'PROPFIND', 'M-SEARCH', 'LOCK', 'PUT', 'PATCH'];

export const malformedAddresses: readonly Malformed[] = [
  ...[...paths, ...queries].map(
    ([path, code]): Malformed => ({ name: `GET ${shortened(path)}`, code, request: { path } }),
  ),
  ...deletions.map(
    ([path, code]): Malformed => ({ name: `DELETE ${path}`, code, request: { method: 'DELETE', path } }),
  ),
  ...writes.map(
    ([path, code]): Malformed => ({
      name: `POST ${shortened(path)}`,
      code,
      request: {
        method: 'POST',
        path,
        headers: ['Content-Type: application/json'],
        body: '{"metadata":{"name":"never"}}',
      },
    }),
  ),
  ...methods.map(
    (method): Malformed => ({
      name: `${method} of a collection`,
      code: 405,
      request: { method, path: maps, headers: ['Content-Type: application/json'], body: '{}' },
    }),
  ),
  { name: 'a method that HTTP does not know', code: 400, request: { method: 'FROBNICATE', path: maps } },
  { name: 'a path with a space', code: 400, request: { path: `${maps} x` } },
  { name: 'a path with a control character', code: 400, request: { path: `${maps}\u0001` } },
];

function shortened(path: string): string {
  return path.length <= 120 ? path : `${path.slice(0, 80)}… (${String(path.length)} characters)`;
}
