import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuditedRequest, type AuditPolicy, decide, defaultPolicy, parsePolicy } from './policy.ts';

/** `USER VERB RESOURCE[/SUBRESOURCE][.GROUP] [NAMESPACE] [NAME]` or `USER VERB /path`. */
function asked(text: string): AuditedRequest {
  const [name = '', verb = '', target = '', namespace = '', objectName = ''] = text.split(' ');
  const user = { name, groups: [`${name}s`] };
  if (target.startsWith('/')) return { user, verb, path: target };
  const [full = '', group = ''] = target.split(/\.(.*)/);
  const [resource = '', subresource = ''] = full.split('/');
  const about = { group, version: 'v1', resource, subresource, namespace, name: objectName };
  return { user, verb, path: '/x', resource: about };
}

const policy: AuditPolicy = {
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', users: ['robot'], verbs: ['watch'] },
    { level: 'Request', userGroups: ['janes'], namespaces: ['shop'] },
    { level: 'None', nonResourceURLs: ['/healthz*', '/version'] },
    { level: 'RequestResponse', resources: [{ group: 'apps', resources: ['deployments', '*/scale'] }] },
    { level: 'RequestResponse', resources: [{ resources: ['pods/*'] }] },
    { level: 'Request', resources: [{ resources: ['configmaps'], resourceNames: ['settings'] }] },
    { level: 'Metadata', namespaces: [''], omitStages: ['ResponseStarted'], omitManagedFields: true },
    { level: 'RequestResponse', resources: [{ resources: ['secrets', 'serviceaccounts/token'] }] },
    { level: 'RequestResponse', resources: [{ group: 'authentication.k8s.io' }] },
  ],
};

const cases: readonly (readonly [string, string])[] = [
  ['robot watch pods shop', 'None'],
  ['jane update pods shop web', 'Request'],
  ['jane get /healthz/etcd', 'None'],
  ['jane get /version', 'None'],
  ['jane get /versions', 'None'],
  ['carl update deployments.apps a web', 'RequestResponse'],
  ['carl update deployments/status.apps a web', 'None'],
  ['carl update statefulsets/scale.apps a web', 'RequestResponse'],
  ['carl create pods/exec a web', 'RequestResponse'],
  ['carl create pods a web', 'None'],
  ['carl update configmaps a settings', 'Request'],
  ['carl update configmaps a other', 'None'],
  ['carl delete nodes', 'Metadata'],
  ['carl update secrets a s', 'Metadata'],
  ['jane update secrets shop s', 'Metadata'],
  ['carl create serviceaccounts/token a web', 'Metadata'],
  ['carl create tokenreviews.authentication.k8s.io x', 'Metadata'],
];

for (const [text, level] of cases)
  test(`${text}: ${level}`, () => assert.equal(decide(policy, asked(text)).level, level));

test('stages and managed fields are left out by policy and by rule', () => {
  const decision = decide(policy, asked('carl delete nodes'));
  assert.deepEqual([...decision.omitStages].sort(), ['RequestReceived', 'ResponseStarted']);
  assert.equal(decision.omitManagedFields, true);
});

test('by default writes and reads of secrets are recorded, other reads are not', () => {
  const recorded = [
    'jane create pods a',
    'jane get secrets a s',
    'jane delete nodes',
    'jane create pods/exec a p',
  ];
  const silent = [
    'jane get pods a',
    'jane get /healthz',
    'jane get /apis/apps/v1',
    'jane create events a',
    'jane update leases.coordination.k8s.io a l',
  ];
  for (const text of recorded) assert.equal(decide(defaultPolicy, asked(text)).level, 'Metadata', text);
  for (const text of silent) assert.equal(decide(defaultPolicy, asked(text)).level, 'None', text);
});

test('a policy file is read, or refused with all that is wrong', () => {
  const good = parsePolicy(
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  resources: [{group: apps}]\n',
    'p.yaml',
  );
  assert.equal(decide(good, asked('jane get deployments.apps a b')).level, 'Metadata');
  const bad =
    'apiVersion: v1\nkind: Policy\nomitStages: [Never]\nrules:\n- level: All\n  user: [jane]\n- level: None\n  resources: [{resources: pods}]\n  nonResourceURLs: [/x]\n';
  assert.throws(() => parsePolicy(bad, 'p.yaml'), {
    message:
      'p.yaml: apiVersion, kind: expected audit.k8s.io/v1 and Policy; omitStages: Never: no stage of a request; rules[0].user: unknown field; rules[0].level: Unsupported value: supported values: None, Metadata, Request, RequestResponse; rules[1].resources[0].resources: expected a list of texts; rules[1].nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs',
  });
  assert.throws(() => parsePolicy('[]', 'p.yaml'), /rules: Required value/);
});
