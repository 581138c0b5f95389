import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import { HandClock, settled } from '../../test/sim/hand-clock.ts';
import { PodTokens, type SignedToken } from './pod-tokens.ts';

const hourMs = 3_600_000;

function podAsking(...sources: readonly { audience?: string; expirationSeconds?: number }[]): Pod {
  const projected = sources.map((source) => ({ serviceAccountToken: { path: 'token', ...source } }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web' },
    spec: { containers: [], volumes: [{ name: 'tokens', projected: { sources: projected } }] },
  };
}

function trial(sign: (count: number, audience: string) => SignedToken) {
  const clock = new HandClock();
  const told: Pod[] = [];
  let count = 0;
  const tokens = new PodTokens({
    clock,
    sign: async (_pod, { audience }) => sign(++count, audience),
    changed: (pod) => told.push(pod),
    failed: (error) => assert.fail(String(error)),
  });
  return { clock, told, tokens };
}

test('a pod that asks for no token has none to wait for', () => {
  const { tokens } = trial(() => assert.fail('nothing is to be signed'));
  assert.equal(tokens.of(podAsking()), 'none');
});

test('each demand gets its token, and the same demand in two volumes one', async () => {
  const { clock, told, tokens } = trial((_count, audience) => ({
    ok: true,
    token: `for ${audience}`,
    expiresMs: clock.now() + hourMs,
  }));
  const pod = podAsking({ audience: 'vault' }, {}, { audience: 'vault', expirationSeconds: 3600 });
  assert.equal(tokens.of(pod), 'later');
  await settled();
  assert.equal(told.length, 1);
  assert.deepEqual(tokens.of(pod), {
    key: 'token/uid-web',
    type: 'token',
    tokens: [
      { audience: 'vault', expirationSeconds: 3600, token: 'for vault' },
      { audience: '', expirationSeconds: 3600, token: 'for ' },
    ],
  });
});

test('a token is renewed after four fifths of its life, until its pod goes', async () => {
  const { clock, told, tokens } = trial((count) => ({
    ok: true,
    token: String(count),
    expiresMs: clock.now() + hourMs,
  }));
  const pod = podAsking({});
  tokens.of(pod);
  await settled();
  await clock.pass(0.79 * hourMs);
  await settled();
  assert.equal(told.length, 1);
  await clock.pass(0.02 * hourMs);
  await settled();
  assert.equal(told.length, 2);
  const entry = tokens.of(pod);
  assert.deepEqual(typeof entry === 'object' ? entry.tokens.map(({ token }) => token) : entry, ['2']);
  tokens.forget('uid-web');
  await clock.pass(hourMs);
  await settled();
  assert.equal(told.length, 2);
});

test('why there is no token is told, and it is asked for again', async () => {
  const { clock, tokens } = trial((count) =>
    count === 1
      ? { ok: false, message: 'serviceaccounts "web" not found' }
      : { ok: true, token: 'late', expiresMs: clock.now() + hourMs },
  );
  const pod = podAsking({});
  tokens.of(pod);
  await settled();
  const first = tokens.of(pod);
  assert.deepEqual(
    typeof first === 'object' ? first.tokens[0]?.problem : first,
    'serviceaccounts "web" not found',
  );
  await clock.pass(1000);
  await settled();
  const second = tokens.of(pod);
  assert.deepEqual(typeof second === 'object' ? second.tokens[0]?.token : second, 'late');
});
