import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateSigningRequest } from '../../../schemas/kubernetes/types/certificates-v1.ts';
import { withRequester } from './signing-requester.ts';

const user = { name: 'jane', groups: ['team'], extra: { scopes: ['view'] } };

test('a request for a certificate names who asked, not whom they claim to be', () => {
  const request: CertificateSigningRequest = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'csr' },
    spec: { request: 'x', signerName: 'a/b', username: 'root', uid: '0', groups: ['system:masters'] },
  };
  const spec = { request: 'x', signerName: 'a/b' };
  const asked = { username: 'jane', groups: ['team'], extra: { scopes: ['view'] } };
  assert.deepEqual(withRequester(request, user), { ...request, spec: { ...spec, ...asked } });
  assert.deepEqual(withRequester(request, undefined), { ...request, spec });
});

test('other objects stay as they are', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  assert.equal(withRequester(object, user), object);
});
