import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fingerprintOfHash,
  hasStrictKeyExchange,
  sshConnectConfig,
  sshFailure,
  type SshTarget,
} from './ssh.ts';

const target: SshTarget = {
  address: '192.0.2.1',
  port: 22,
  user: 'root',
  hostKeys: ['SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'],
  identityPath: '/keys/default',
};

/** SHA-256 of nothing; its base64 form is above. */
const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('a fingerprint has the form that ssh-keygen prints', () => {
  assert.equal(fingerprintOfHash(hash), target.hostKeys[0]);
});

test('a host key counts only when it is pinned and the key exchange is strict', () => {
  const verify = (hostKeys: readonly string[], strict: boolean): unknown => {
    const shown: string[] = [];
    const config = sshConnectConfig({
      target: { ...target, hostKeys },
      privateKey: '',
      hostKeyAlgorithms: ['ssh-ed25519'],
      onHostKey: (fingerprint) => {
        shown.push(fingerprint);
        return strict;
      },
    });
    const answer: unknown = Reflect.apply(config.hostVerifier ?? (() => undefined), undefined, [hash]);
    assert.deepEqual(shown, target.hostKeys);
    return answer;
  };
  assert.equal(verify(target.hostKeys, true), true);
  assert.equal(verify(target.hostKeys, false), false);
  assert.equal(verify(['SHA256:another'], true), false);
  assert.equal(verify([], true), false);
});

test('nothing weak is offered', () => {
  const config = sshConnectConfig({
    target,
    privateKey: '',
    hostKeyAlgorithms: ['ssh-ed25519'],
    onHostKey: () => true,
  });
  const offered = JSON.stringify(config.algorithms);
  assert.doesNotMatch(offered, /sha1|cbc|ctr|chacha|group1|ssh-rsa|ssh-dss|md5/);
  assert.equal(config.agentForward, false);
  assert.deepEqual(config.authHandler, ['publickey']);
});

test('a client without the mark of a strict key exchange counts as not strict', () => {
  assert.equal(hasStrictKeyExchange({ _protocol: { _strictMode: true } }), true);
  assert.equal(hasStrictKeyExchange({ _protocol: { _strictMode: false } }), false);
  assert.equal(hasStrictKeyExchange({ _protocol: {} }), false);
  assert.equal(hasStrictKeyExchange({}), false);
});

test('failures are told apart', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED'), { level: 'client-socket' });
  const reason = (more: object): string =>
    sshFailure({ target, error, fingerprint: undefined, strict: undefined, ...more }).reason;
  assert.equal(reason({}), 'Unreachable');
  assert.equal(reason({ fingerprint: 'SHA256:another', strict: true }), 'HostKeyMismatch');
  assert.equal(reason({ fingerprint: target.hostKeys[0], strict: false }), 'WeakKeyExchange');
  const refused = Object.assign(new Error('no'), { level: 'client-authentication' });
  assert.equal(
    reason({ fingerprint: target.hostKeys[0], strict: true, error: refused }),
    'AuthenticationFailed',
  );
});
