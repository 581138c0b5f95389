import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type ApiTrial, servedApi } from '../../test/sim/api-trial.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const jane = { headers: { 'impersonate-user': 'jane', 'impersonate-group': 'dev' } };

function refusal({ code, body }: Answer): readonly unknown[] {
  assert.deepEqual([body['kind'], body['status'], body['code']], ['Status', 'Failure', code]);
  return [code, body['reason'], body['message']];
}

const cannot = (verb: string, resource: string, scope: string): string =>
  `User "jane" cannot ${verb} resource "${resource}" in API group "" ${scope}`;
const inDefault = 'in the namespace "default"';

for (const [method, path, message] of [
  ['GET', maps, `configmaps is forbidden: ${cannot('list', 'configmaps', inDefault)}`],
  ['GET', `${maps}?watch=1`, `configmaps is forbidden: ${cannot('watch', 'configmaps', inDefault)}`],
  ['GET', `${maps}/a`, `configmaps "a" is forbidden: ${cannot('get', 'configmaps', inDefault)}`],
  ['POST', maps, `configmaps is forbidden: ${cannot('create', 'configmaps', inDefault)}`],
  ['PUT', `${maps}/a`, `configmaps "a" is forbidden: ${cannot('update', 'configmaps', inDefault)}`],
  ['DELETE', maps, `configmaps is forbidden: ${cannot('deletecollection', 'configmaps', inDefault)}`],
  ['GET', '/api/v1/nodes', `nodes is forbidden: ${cannot('list', 'nodes', 'at the cluster scope')}`],
  [
    'GET',
    '/api/v1/namespaces/default/pods/a/log',
    `pods "a" is forbidden: ${cannot('get', 'pods/log', inDefault)}`,
  ],
  ['GET', '/metrics', 'forbidden: User "jane" cannot get path "/metrics"'],
  ['GET', '/api/v1/nothings', `nothings is forbidden: ${cannot('list', 'nothings', 'at the cluster scope')}`],
] as const)
  test(`${method} ${path} is forbidden to who has no rights`, async (context) => {
    const { call } = await servedApi(context);
    const answer = await call(path, { ...jane, method, body: method === 'GET' ? undefined : {} });
    assert.deepEqual(refusal(answer), [403, 'Forbidden', message]);
  });

async function grant({ call }: ApiTrial, verbs: readonly string[], subject: object): Promise<void> {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'maps' };
  const role = { metadata: { name: 'maps' }, rules };
  const binding = { metadata: { name: 'maps' }, roleRef, subjects: [subject] };
  const at = `${rbac}/namespaces/default`;
  assert.equal((await call(`${at}/roles`, { method: 'POST', body: role })).code, 201);
  assert.equal((await call(`${at}/rolebindings`, { method: 'POST', body: binding })).code, 201);
}

test('a role gives its verbs in its namespace, to a group too', async (context) => {
  const trial = await servedApi(context);
  await grant(trial, ['list', 'create'], {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'Group',
    name: 'dev',
  });
  assert.equal((await trial.call(maps, jane)).code, 200);
  const made = await trial.call(maps, { ...jane, method: 'POST', body: { metadata: { name: 'a' } } });
  assert.equal(made.code, 201);
  assert.equal((await trial.call(`${maps}/a`, jane)).code, 403);
  assert.equal((await trial.call('/api/v1/configmaps', jane)).code, 403);
});

test('nobody gives away what they do not have', async (context) => {
  const trial = await servedApi(context);
  await grant(trial, ['get'], { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' });
  const at = `${rbac}/namespaces/default`;
  const writer = {
    metadata: { name: 'roles' },
    rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['*'] }],
  };
  await trial.call(`${at}/roles`, {
    method: 'POST',
    body: { ...writer, rules: [{ ...writer.rules[0], verbs: ['create', 'update'] }] },
  });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'roles' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }];
  await trial.call(`${at}/rolebindings`, {
    method: 'POST',
    body: { metadata: { name: 'roles' }, roleRef, subjects },
  });
  const role = (verbs: readonly string[]): object => ({
    metadata: { name: `own-${verbs.join('-')}` },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
  });
  const held = await trial.call(`${at}/roles`, { ...jane, method: 'POST', body: role(['get']) });
  assert.equal(held.code, 201);
  const more = await trial.call(`${at}/roles`, { ...jane, method: 'POST', body: role(['delete']) });
  assert.deepEqual(refusal(more).slice(0, 2), [403, 'Forbidden']);
  assert.match(
    String(more.body['message']),
    /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["configmaps"\], Verbs:\["delete"\]\}$/,
  );
});

/** What every authenticated user may by Kubernetes' own roles. */
async function grantReviews({ call }: ApiTrial): Promise<void> {
  const rules = [
    {
      apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
      resources: ['selfsubjectreviews', 'selfsubjectaccessreviews'],
      verbs: ['create'],
    },
  ];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reviews' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }];
  await call(`${rbac}/clusterroles`, { method: 'POST', body: { metadata: { name: 'reviews' }, rules } });
  const binding = { metadata: { name: 'reviews' }, roleRef, subjects };
  await call(`${rbac}/clusterrolebindings`, { method: 'POST', body: binding });
}

test('who acts as somebody is that one for the server', async (context) => {
  const trial = await servedApi(context);
  await grantReviews(trial);
  const { call } = trial;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const headers = { ...jane.headers, 'impersonate-extra-scopes': 'some' };
  const { code, body: review } = await call('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    body,
    headers,
  });
  const { userInfo } = review['status'] as { readonly userInfo: object };
  assert.deepEqual(
    [code, userInfo],
    [201, { username: 'jane', groups: ['dev', 'system:authenticated'], extra: { scopes: ['some'] } }],
  );
});

test('a token that proves nothing is unauthorized', async (context) => {
  const { call } = await servedApi(context);
  const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'nonsense' } };
  const { code, body: review } = await call(reviews, { method: 'POST', body });
  const { authenticated = false } = review['status'] as { readonly authenticated?: boolean };
  assert.deepEqual([code, authenticated], [201, false]);
});

test('access is reviewed as it is decided', async (context) => {
  const trial = await servedApi(context);
  await grantReviews(trial);
  await grant(trial, ['list'], { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' });
  const allowed = async (verb: string): Promise<unknown> => {
    const resourceAttributes = { namespace: 'default', verb, resource: 'configmaps' };
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    };
    const answer = await trial.call('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      ...jane,
      method: 'POST',
      body,
    });
    return (answer.body['status'] as { readonly allowed: boolean }).allowed;
  };
  assert.deepEqual([await allowed('list'), await allowed('delete')], [true, false]);
});

test('a review is given whole, or not at all', async (context) => {
  const { call, exchange } = await servedApi(context);
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const body = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
  const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const refused = await call(path, { method: 'POST', body, headers: table });
  assert.deepEqual(refusal(refused).slice(0, 2), [406, 'NotAcceptable']);
  const accept = 'application/vnd.kubernetes.protobuf,application/json';
  const { code, headers } = await exchange(path, { method: 'POST', body, headers: { accept } });
  assert.deepEqual([code, headers['content-type']], [201, 'application/vnd.kubernetes.protobuf']);
});

test('what is served is told in the form that the client knows', async (context) => {
  const { call, exchange } = await servedApi(context);
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { headers, bytes } = await exchange('/apis', { headers: { accept } });
  assert.equal(headers['content-type'], accept);
  const { kind, items } = JSON.parse(bytes.toString()) as {
    readonly kind: string;
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  assert.equal(kind, 'APIGroupDiscoveryList');
  assert.ok(items.some(({ metadata }) => metadata.name === 'apps'));
  assert.equal((await call('/apis')).body['kind'], 'APIGroupList');
  assert.deepEqual((await call('/api')).body['versions'], ['v1']);
  const core = await call('/api/v1');
  assert.equal(core.body['kind'], 'APIResourceList');
  const resources = core.body['resources'] as readonly { readonly name: string; readonly kind: string }[];
  assert.equal(resources.find(({ name }) => name === 'pods/eviction')?.kind, 'Eviction');
});
