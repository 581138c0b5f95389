import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { OidcTokens, type OidcSettings } from './oidc.ts';
import { authTrial, quietLogger, TrialClock } from './testing/auth-trial.ts';
import { certificatePem, issue, newKeyPair, privateKeyPem, selfSigned } from './x509.ts';

interface TestContext {
  readonly after: (run: () => Promise<void>) => void;
}

/** A provider on 127.0.0.1 over TLS, with keys that can be rotated. */
async function provider(context: TestContext) {
  const nowMs = Date.now();
  const ca = await selfSigned('test provider', nowMs, 86_400_000);
  const tls = await newKeyPair();
  const cert = await issue(
    {
      subject: { commonName: 'provider', organizations: [] },
      publicKey: tls.publicKey,
      nowMs,
      validForMs: 3_600_000,
      purposes: ['serverAuth'],
      addresses: ['127.0.0.1'],
    },
    ca,
  );
  let key = await newKeyPair();
  let kid = 'one';
  const state = { requests: 0, down: false, issuer: '', jwks: '' };
  const server = createServer({ cert, key: privateKeyPem(tls.privateKey) }, (request, response) => {
    state.requests++;
    void (async () => {
      if (state.down) return response.writeHead(503).end();
      if (request.url === '/.well-known/openid-configuration')
        return response.end(JSON.stringify({ issuer: state.issuer, jwks_uri: state.jwks }));
      const jwk = { ...(await exportJWK(key.publicKey)), kid, alg: 'ES256', use: 'sig' };
      return response.end(JSON.stringify({ keys: [jwk] }));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => {
    server.close();
    server.closeAllConnections();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.issuer = url;
  state.jwks = `${url}/keys`;
  const sign = (claims: JWTPayload): Promise<string> =>
    new SignJWT({ iss: url, aud: 'berth', exp: Math.floor(Date.now() / 1000) + 600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key.privateKey);
  const rotate = async (): Promise<void> => {
    key = await newKeyPair();
    kid += "'";
  };
  return { url, caPem: certificatePem(ca.certificate), state, sign, rotate };
}

type Provider = Awaited<ReturnType<typeof provider>>;

function tokens(
  { url, caPem }: Provider,
  settings: Partial<OidcSettings> = {},
  clock = new TrialClock(),
): OidcTokens {
  return new OidcTokens(
    { issuerUrl: url, clientId: 'berth', caPem, ...settings },
    { clock, logger: quietLogger },
  );
}

async function verdictText(verifier: OidcTokens, token: string): Promise<string> {
  const verdict = await verifier.verify(token);
  return verdict.ok ? `${verdict.user.name} [${verdict.user.groups.join(' ')}]` : verdict.reason;
}

test('claims become a user and groups', async (context) => {
  const idp = await provider(context);
  const token = await idp.sign({
    sub: '7',
    email: 'jane@example.org',
    email_verified: true,
    teams: ['a', 'b'],
  });
  const cases: readonly (readonly [Partial<OidcSettings>, string])[] = [
    [{}, `${idp.url}#7 []`],
    [{ usernameClaim: 'email' }, 'jane@example.org []'],
    [{ usernamePrefix: '-' }, '7 []'],
    [{ usernamePrefix: 'oidc:', groupsClaim: 'teams', groupsPrefix: 'oidc:' }, 'oidc:7 [oidc:a oidc:b]'],
  ];
  for (const [settings, expected] of cases)
    assert.equal(await verdictText(tokens(idp, settings), token), expected);
});

test('tokens that do not fit are refused', async (context) => {
  const idp = await provider(context);
  const other = await provider(context);
  const cases: readonly (readonly [JWTPayload, Partial<OidcSettings>, RegExp])[] = [
    [{ sub: '7', aud: 'other' }, {}, /aud/],
    [{ sub: '7', exp: Math.floor(Date.now() / 1000) - 60 }, {}, /exp/],
    [{ sub: '7', nbf: Math.floor(Date.now() / 1000) + 600 }, {}, /nbf/],
    [{}, {}, /the claim "sub" is missing/],
    [{ sub: '7', email: 'a@b', email_verified: false }, { usernameClaim: 'email' }, /not verified/],
    [{ sub: '7', hd: 'x' }, { requiredClaims: { hd: 'example.org' } }, /"hd" is not "example.org"/],
    [{ sub: '7', teams: 3 }, { groupsClaim: 'teams' }, /no list of texts/],
    [{ sub: '7', teams: ['system:masters'] }, { groupsClaim: 'teams' }, /may not begin with "system:"/],
    [{ sub: 'system:admin' }, { usernamePrefix: '-' }, /may not begin with "system:"/],
  ];
  for (const [claims, settings, reason] of cases)
    assert.match(await verdictText(tokens(idp, settings), await idp.sign(claims)), reason);
  const foreign = await other.sign({ sub: '7', iss: idp.url });
  assert.match(await verdictText(tokens(idp), foreign), /signature verification failed/);
});

test('rotated keys are found, and forged key ids do not make more requests', async (context) => {
  const idp = await provider(context);
  const clock = new TrialClock();
  const verifier = tokens(idp, { usernamePrefix: '-' }, clock);
  assert.equal(await verdictText(verifier, await idp.sign({ sub: '7' })), '7 []');
  await idp.rotate();
  const rotated = await idp.sign({ sub: '8' });
  const before = idp.state.requests;
  for (let index = 0; index < 20; index++)
    assert.match(await verdictText(verifier, rotated), /no applicable key/);
  assert.equal(idp.state.requests, before);
  clock.pass(11_000);
  assert.equal(await verdictText(verifier, rotated), '8 []');
});

test('a provider that is away is asked again later, and named in the reason', async (context) => {
  const idp = await provider(context);
  const clock = new TrialClock();
  const verifier = tokens(idp, { usernamePrefix: '-' }, clock);
  idp.state.down = true;
  const token = await idp.sign({ sub: '7' });
  assert.match(await verdictText(verifier, token), /keys of https:.* could not be fetched: .*answered 503/);
  const asked = idp.state.requests;
  await verifier.verify(token);
  assert.equal(idp.state.requests, asked);
  idp.state.down = false;
  clock.pass(5_000);
  assert.equal(await verdictText(verifier, token), '7 []');
});

test('a provider is believed over https, under its own name, by its own authority', async (context) => {
  const idp = await provider(context);
  const token = await idp.sign({ sub: '7' });
  const stranger = await selfSigned('stranger', Date.now(), 86_400_000);
  const untrusted = tokens(idp, { caPem: certificatePem(stranger.certificate) });
  assert.match(await verdictText(untrusted, token), /certificate/);
  idp.state.jwks = 'http://127.0.0.1:1/keys';
  assert.match(await verdictText(tokens(idp), token), /only https is trusted/);
  idp.state.issuer = 'https://else.example.org';
  assert.match(await verdictText(tokens(idp), token), /calls itself/);
  assert.throws(() => tokens(idp, { issuerUrl: 'http://127.0.0.1' }), /no https URL/);
});

test('the API takes the tokens of its provider', async (context) => {
  const idp = await provider(context);
  const oidc = { issuerUrl: idp.url, clientId: 'berth', caPem: idp.caPem, usernamePrefix: '-' };
  const trial = await authTrial(context, { oidc });
  const found = await trial.bearer(await idp.sign({ sub: 'jane' }));
  assert.deepEqual(found, { type: 'user', user: { name: 'jane', groups: ['system:authenticated'] } });
  const foreign = await trial.bearer(await idp.sign({ sub: 'jane', iss: 'https://else.example.org' }));
  assert.equal(foreign.type, 'refused');
});
