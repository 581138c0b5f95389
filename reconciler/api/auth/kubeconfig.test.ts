import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { person } from '../../core/authorization/testing/rbac-objects.ts';
import { type KubeconfigRequest, kubeconfigRequest } from './kubeconfig.ts';
import { authTrial } from './testing/auth-trial.ts';

const master = person('root', 'system:masters');
const text = (base64 = ''): string => Buffer.from(base64, 'base64').toString();

test('a kubeconfig names the API, its authority and a certificate of the administrator', async (context) => {
  const { auth } = await authTrial(context);
  const result = await auth.kubeconfig({}, master);
  assert.ok(result.ok);
  const { clusters, users, contexts, ...rest } = result.kubeconfig;
  assert.deepEqual(rest, { apiVersion: 'v1', kind: 'Config', 'current-context': 'berth' });
  assert.deepEqual(contexts, [{ name: 'berth', context: { cluster: 'berth', user: 'berth-admin' } }]);
  assert.equal(clusters[0]?.cluster.server, 'https://127.0.0.1:6443');
  assert.equal(text(clusters[0]?.cluster['certificate-authority-data']), auth.caPem);
  assert.match(text(users[0]?.user['client-key-data']), /BEGIN PRIVATE KEY/);
  const peerCertificate = new X509Certificate(text(users[0]?.user['client-certificate-data']));
  const found = await auth.authenticator.authenticate({ headers: [], local: false, peerCertificate });
  assert.ok(found.type === 'user');
  assert.deepEqual(
    [found.user.name, found.user.groups],
    ['berth:admin', ['system:masters', 'system:authenticated']],
  );
});

test('one for somebody else holds their name and groups', async (context) => {
  const { auth } = await authTrial(context);
  const query = new URLSearchParams(
    'user=jane&group=a&group=b&server=https://api.example.org&context=prod&days=2',
  );
  const request = kubeconfigRequest(query) as KubeconfigRequest;
  const result = await auth.kubeconfig(request, master);
  assert.ok(result.ok);
  const { clusters, users } = result.kubeconfig;
  assert.equal(result.kubeconfig['current-context'], 'prod');
  assert.equal(users[0]?.name, 'prod-jane');
  assert.equal(clusters[0]?.cluster.server, 'https://api.example.org');
  const { subject } = new X509Certificate(text(users[0]?.user['client-certificate-data']));
  assert.equal(subject, 'O=a\nO=b\nCN=jane');
});

test('only who may do everything gets one, and only a sensible one', async (context) => {
  const { auth } = await authTrial(context);
  const refused = await auth.kubeconfig({}, person('jane'));
  assert.equal(refused.ok ? 0 : refused.problem.code, 403);
  for (const request of [{ server: 'http://x' }, { server: 'x' }, { days: 0 }, { groups: ['a'] }]) {
    const result = await auth.kubeconfig(request, master);
    assert.equal(result.ok ? 0 : result.problem.code, 400, JSON.stringify(request));
  }
  assert.deepEqual(kubeconfigRequest(new URLSearchParams('days=x')), {
    code: 400,
    reason: 'BadRequest',
    message: 'days: must be a whole number',
  });
});
