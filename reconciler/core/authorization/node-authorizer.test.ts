import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { UserInfo } from '../model/user.ts';
import { type Attributes, resourceAttributes } from './attributes.ts';
import { authorize } from './authorize.ts';
import { viewWith } from './testing/rbac-objects.ts';

const node: UserInfo = { name: 'system:node:a', groups: ['system:nodes', 'system:authenticated'] };

function pod(name: string, nodeName: string, secretName: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: {
      nodeName,
      serviceAccountName: `${name}-account`,
      containers: [{ name: 'main', envFrom: [{ configMapRef: { name: `${name}-map` } }] }],
      volumes: [
        { name: 's', secret: { secretName } },
        { name: 'd', persistentVolumeClaim: { claimName: `${name}-data` } },
      ],
    },
  };
}

const view = viewWith(pod('mine', 'a', 'key'), pod('other', 'b', 'other-key'));

type Parts = Parameters<typeof resourceAttributes>[1];

function ask(parts: Parts, user = node): Attributes {
  return resourceAttributes(user, parts);
}

const shop = { namespace: 'shop' };
const leases = { group: 'coordination.k8s.io', resource: 'leases' };

const cases: readonly (readonly [Parts, boolean])[] = [
  [{ verb: 'get', resource: 'secrets', ...shop, name: 'key' }, true],
  [{ verb: 'get', resource: 'secrets', ...shop, name: 'other-key' }, false],
  [{ verb: 'list', resource: 'secrets', ...shop }, false],
  [{ verb: 'update', resource: 'secrets', ...shop, name: 'key' }, false],
  [{ verb: 'get', resource: 'secrets', namespace: 'other', name: 'key' }, false],
  [{ verb: 'watch', resource: 'configmaps', ...shop, name: 'mine-map' }, true],
  [{ verb: 'get', resource: 'configmaps', ...shop, name: 'other-map' }, false],
  [{ verb: 'get', resource: 'persistentvolumeclaims', ...shop, name: 'mine-data' }, true],
  [{ verb: 'get', resource: 'persistentvolumeclaims', ...shop, name: 'other-data' }, false],
  [
    { verb: 'create', resource: 'serviceaccounts', subresource: 'token', ...shop, name: 'mine-account' },
    true,
  ],
  [
    { verb: 'create', resource: 'serviceaccounts', subresource: 'token', ...shop, name: 'other-account' },
    false,
  ],
  [{ verb: 'get', resource: 'pods', ...shop, name: 'mine' }, true],
  [{ verb: 'get', resource: 'pods', ...shop, name: 'other' }, false],
  [{ verb: 'list', resource: 'pods', fieldSelector: { 'spec.nodeName': 'a' } }, true],
  [{ verb: 'list', resource: 'pods', fieldSelector: { 'spec.nodeName': 'b' } }, false],
  [{ verb: 'list', resource: 'pods' }, false],
  [{ verb: 'patch', resource: 'pods', subresource: 'status', ...shop, name: 'mine' }, true],
  [{ verb: 'patch', resource: 'pods', subresource: 'status', ...shop, name: 'other' }, false],
  [{ verb: 'get', resource: 'nodes', name: 'a' }, true],
  [{ verb: 'get', resource: 'nodes', name: 'b' }, false],
  [{ verb: 'patch', resource: 'nodes', subresource: 'status', name: 'a' }, true],
  [{ verb: 'patch', resource: 'nodes', subresource: 'status', name: 'b' }, false],
  [{ verb: 'delete', resource: 'nodes', name: 'a' }, false],
  [{ verb: 'update', ...leases, namespace: 'kube-node-lease', name: 'a' }, true],
  [{ verb: 'update', ...leases, namespace: 'kube-node-lease', name: 'b' }, false],
  [{ verb: 'update', ...leases, namespace: 'shop', name: 'a' }, false],
  [{ verb: 'create', group: 'certificates.k8s.io', resource: 'certificatesigningrequests' }, true],
  [{ verb: 'list', resource: 'services' }, true],
  [{ verb: 'create', resource: 'services', ...shop }, false],
];

for (const [parts, allowed] of cases) {
  test(`a node ${allowed ? 'may' : 'may not'} ${JSON.stringify(parts)}`, () => {
    assert.equal(authorize(ask(parts), view).allowed, allowed);
  });
}

test('the refusal says that nothing links the node to the object', () => {
  const { reason } = authorize(ask({ verb: 'get', resource: 'secrets', ...shop, name: 'other-key' }), view);
  assert.equal(reason, "no relationship found between node 'a' and this object");
});

test('the name of a node without the group of nodes is nothing', () => {
  const pretender: UserInfo = { name: 'system:node:a', groups: ['system:authenticated'] };
  const question = ask({ verb: 'get', resource: 'secrets', ...shop, name: 'key' }, pretender);
  assert.equal(authorize(question, view).allowed, false);
});
