import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOidcSettings } from './oidc-settings.ts';

const least = { issuerUrl: 'https://idp.example.org', clientId: 'berth' };

test('what is given is read, what is not is left out', () => {
  assert.equal(readOidcSettings(undefined), undefined);
  assert.deepEqual(readOidcSettings(least), least);
  const all = {
    ...least,
    usernameClaim: 'email',
    groupsClaim: 'teams',
    requiredClaims: { hd: 'example.org' },
  };
  assert.deepEqual(readOidcSettings(all), all);
});

const wrong: readonly (readonly [unknown, RegExp])[] = [
  ['x', /^Error: oidc: expected a map, got "x"$/],
  [{ ...least, clientId: undefined }, /oidc.clientId: has to be given/],
  [{ ...least, issuer: 'x' }, /oidc.issuer: unknown setting, expected one of issuerUrl, clientId/],
  [{ ...least, groupsClaim: 3 }, /oidc.groupsClaim: expected a text, got 3/],
  [{ ...least, requiredClaims: { a: 1 } }, /oidc.requiredClaims: expected a map of texts/],
  [{ ...least, caFile: '/dev/null' }, /oidc.caFile: \/dev\/null holds no certificate/],
];

for (const [given, message] of wrong)
  test(`refused: ${JSON.stringify(given)}`, () => assert.throws(() => readOidcSettings(given), message));
