import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeJwt, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { TokenRequest } from '../../../schemas/kubernetes/types/authentication-v1.ts';
import { defaultIssuer } from './auth.ts';
import type { Authenticated } from './authenticate.ts';
import { account, type AuthTrial, authTrial, pod } from './testing/auth-trial.ts';

function request(spec: TokenRequest['spec'] = {}): TokenRequest {
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec };
}

async function tokenOf(trial: AuthTrial, spec: TokenRequest['spec'] = {}): Promise<string> {
  const result = await trial.auth.issueToken(request(spec), account);
  assert.ok(result.ok, result.ok ? '' : result.problem.message);
  return result.object.status?.token ?? '';
}

function nameOf(result: Authenticated): string {
  return result.type === 'user' ? result.user.name : result.type;
}

const boundToPod = { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web-1', uid: 'uid-pod' } };
const hourMs = 3_600_000;

test('a requested token is its service account, with what it is bound to', async (context) => {
  const trial = await authTrial(context);
  const token = await tokenOf(trial, boundToPod);
  const found = await trial.bearer(token);
  assert.ok(found.type === 'user');
  const { name, uid, groups, extra = {} } = found.user;
  assert.equal(name, 'system:serviceaccount:shop:web');
  assert.equal(uid, 'uid-account');
  assert.deepEqual(groups, ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated']);
  assert.deepEqual(extra['authentication.kubernetes.io/pod-name'], ['web-1']);
  assert.deepEqual(extra['authentication.kubernetes.io/node-name'], ['a']);
  assert.deepEqual(extra['authentication.kubernetes.io/credential-id'], [
    `JTI=${decodeJwt(token).jti ?? ''}`,
  ]);
});

test('a token ends when its time, its account or its pod does', async (context) => {
  const trial = await authTrial(context);
  const free = await tokenOf(trial);
  const bound = await tokenOf(trial, boundToPod);
  trial.put({ ...pod, metadata: { ...pod.metadata, uid: 'uid-other' } });
  assert.equal(nameOf(await trial.bearer(bound)), 'refused');
  assert.equal(nameOf(await trial.bearer(free)), 'system:serviceaccount:shop:web');
  trial.remove(pod);
  assert.equal(nameOf(await trial.bearer(bound)), 'refused');
  trial.put({ ...account, metadata: { ...account.metadata, uid: 'uid-namesake' } });
  assert.equal(nameOf(await trial.bearer(free)), 'refused');
  trial.put(account);
  assert.equal(nameOf(await trial.bearer(free)), 'system:serviceaccount:shop:web');
  trial.clock.pass(hourMs + 1000);
  assert.equal(nameOf(await trial.bearer(free)), 'refused');
});

test('forged and foreign tokens are refused', async (context) => {
  const trial = await authTrial(context);
  const good = await tokenOf(trial);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  const { keys } = (await trial.auth.jwks()) as { keys: readonly JWK[] };
  const publicText = JSON.stringify(keys[0]);
  const hmacHeader = encode({ alg: 'HS256', kid });
  const hmac = createHmac('sha256', publicText).update(`${hmacHeader}.${payload}`).digest('base64url');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const foreign = await new SignJWT(decodeJwt(good))
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(privateKey);
  const claims = { ...decodeJwt(good), sub: 'system:serviceaccount:kube-system:admin' };
  const forged: Readonly<Record<string, string>> = {
    'no algorithm': `${encode({ alg: 'none', kid })}.${payload}.`,
    'no algorithm, with a signature': `${encode({ alg: 'none', kid })}.${payload}.${signature}`,
    'the public key as a shared secret': `${hmacHeader}.${payload}.${hmac}`,
    'another key under the same id': foreign,
    'other claims under the same signature': `${header}.${encode(claims)}.${signature}`,
    'no key id': `${encode({ alg: 'ES256' })}.${payload}.${signature}`,
    'no token at all': 'abc',
    'not even JSON': 'YQ.YQ.YQ',
    'an endless one': `${'a'.repeat(70_000)}`,
    'another audience': await tokenOf(trial, { audiences: ['vault'] }),
  };
  for (const [what, token] of Object.entries(forged)) {
    const found = await trial.bearer(token);
    assert.equal(found.type, 'refused', what);
    assert.ok(found.type === 'refused' && !found.reason.includes(token), what);
  }
});

const refusals: readonly (readonly [string, TokenRequest['spec'], number, string])[] = [
  [
    'too short a life',
    { expirationSeconds: 599 },
    422,
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
  ],
  [
    'an absent pod',
    { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'gone' } },
    404,
    'pods "gone" not found',
  ],
  [
    'another uid',
    { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web-1', uid: 'x' } },
    409,
    'Operation cannot be fulfilled on pods "web-1": the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated',
  ],
  [
    'a pod of another account',
    { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'other' } },
    400,
    'cannot bind token for serviceaccount "web" to pod running with different serviceaccount name.',
  ],
  [
    'another kind',
    { boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    400,
    'cannot bind token to object of type apps/v1, Kind=Deployment',
  ],
];

for (const [what, spec, code, message] of refusals) {
  test(`a token for ${what} is not issued`, async (context) => {
    const trial = await authTrial(context);
    trial.put({
      ...pod,
      metadata: { ...pod.metadata, name: 'other', uid: 'u' },
      spec: { containers: [] },
    } as typeof pod);
    const result = await trial.auth.issueToken(request(spec), account);
    assert.ok(!result.ok);
    assert.deepEqual([result.problem.code, result.problem.message], [code, message]);
  });
}

test('a life longer than allowed is cut, with a warning', async (context) => {
  const trial = await authTrial(context, { tokenSecondsMax: 3600 });
  const result = await trial.auth.issueToken(request({ expirationSeconds: 7200 }), account);
  assert.ok(result.ok);
  assert.deepEqual(result.warnings, ['requested expiration of 7200 seconds shortened to 3600 seconds']);
  assert.equal(result.object.spec?.expirationSeconds, 3600);
});

test('after a rotation the new key signs and the old tokens stay good, with every reconciler', async (context) => {
  const trial = await authTrial(context);
  const before = await tokenOf(trial);
  const { auth: other } = await authTrial(context);
  await trial.auth.rotateTokenKey();
  const after = await tokenOf(trial);
  assert.notEqual(before.split('.')[0], after.split('.')[0]);
  for (const token of [before, after])
    assert.equal(nameOf(await trial.bearer(token)), 'system:serviceaccount:shop:web');
  const foreign = await other.authenticator.authenticate({
    headers: ['authorization', `Bearer ${after}`],
    local: false,
  });
  assert.equal(foreign.type, 'refused');
});

test('anybody verifies a token by what discovery says', async (context) => {
  const trial = await authTrial(context);
  const token = await tokenOf(trial, { audiences: ['vault'] });
  const configuration = trial.auth.openidConfiguration() as { issuer: string; jwks_uri: string };
  assert.equal(configuration.jwks_uri, `${defaultIssuer}/openid/v1/jwks`);
  const { keys } = (await trial.auth.jwks()) as { keys: readonly JWK[] };
  assert.ok(keys[0] !== undefined && !('d' in keys[0]));
  const { payload } = await jwtVerify(token, await importJWK(keys[0]), {
    issuer: configuration.issuer,
    audience: 'vault',
  });
  assert.equal(payload.sub, 'system:serviceaccount:shop:web');
});

test('a review tells whose token it is, for which audience', async (context) => {
  const trial = await authTrial(context);
  const review = async (token: string, audiences: readonly string[] = []): Promise<unknown> => {
    const spec = { token, audiences };
    const object = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: {},
      spec,
    } as const;
    const result = await trial.auth.reviewToken(object);
    return result.ok ? result.object.status : result.problem.code;
  };
  const forVault = await tokenOf(trial, { audiences: ['vault', 'other'] });
  const good = (await review(forVault, ['vault'])) as Readonly<Record<string, unknown>>;
  assert.equal(good.authenticated, true);
  assert.deepEqual(good.audiences, ['vault']);
  assert.deepEqual(await review(forVault), {
    user: {},
    error: 'invalid bearer token: the token is for another audience',
  });
  assert.equal(await review(''), 400);
});

test("the administrator's token is its owner's alone, and no other one", async (context) => {
  const trial = await authTrial(context);
  const path = join(trial.directory, 'admin.token');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const token = (await readFile(path, 'utf8')).trim();
  const found = await trial.bearer(token);
  assert.deepEqual(found.type === 'user' && found.user, {
    name: 'berth:admin',
    groups: ['system:masters', 'system:authenticated'],
  });
  assert.equal(nameOf(await trial.bearer(`${token}x`)), 'refused');
  assert.equal(nameOf(await trial.bearer(token.slice(1))), 'refused');
});

test('who shows nothing is anonymous, through the socket the administrator', async (context) => {
  const { authenticator } = (await authTrial(context)).auth;
  assert.equal(nameOf(await authenticator.authenticate({ headers: [], local: false })), 'anonymous');
  assert.equal(nameOf(await authenticator.authenticate({ headers: [], local: true })), 'berth:local');
  for (const value of ['Bearer', 'Bearer a b', 'Basic YTpi', ''])
    assert.equal(
      nameOf(await authenticator.authenticate({ headers: ['Authorization', value], local: true })),
      'refused',
    );
});
