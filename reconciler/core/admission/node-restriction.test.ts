import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';
import { nodeRestriction } from './node-restriction.ts';
import { type Asked, pod, requestFor, viewOf } from './testing/admission-requests.ts';

const n1: UserInfo = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] };

function node(name: string, labels: Readonly<Record<string, string>> = {}, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, labels },
    spec,
  } as KubeObject;
}

const view = viewOf(node('n1'), node('n2'));
const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-n1', controller: true };

function mirror(spec: object = {}, metadata: object = {}): KubeObject {
  return pod(
    { nodeName: 'n1', ...spec },
    { annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: [owner], ...metadata },
  );
}

function named(apiVersion: string, kind: string, name: string, more: object = {}): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(kind === 'Lease' ? { namespace: 'kube-node-lease' } : {}) },
    ...more,
  };
}

const claim = (status: object, labels: object = {}): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'shop', labels },
    status,
  }) as KubeObject;

const lease = 'coordination.k8s.io/v1';
const only = 'node "n1" can only create pods with';
const cannot = 'node "n1" can not create pods that reference';

interface Case {
  readonly what: string;
  readonly object: KubeObject;
  readonly asked?: Asked;
  /** Nothing where it is allowed. */
  readonly why?: string;
}

const cases: readonly Case[] = [
  { what: 'its own Node', object: node('n1', { 'kubernetes.io/hostname': 'n1', team: 'a' }) },
  { what: 'another Node', object: node('n2'), why: 'node "n1" is not allowed to modify node "n2"' },
  {
    what: 'its Node with labels that pods are kept apart by',
    object: node('n1', { 'node-restriction.kubernetes.io/a': 'b', 'x.k8s.io/a': 'b' }),
    why: 'node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/a, x.k8s.io/a',
  },
  {
    what: 'labels of its Node that are for kubelets',
    object: node('n1', { 'foo.kubelet.kubernetes.io/a': 'b', 'topology.kubernetes.io/zone': 'z' }),
    asked: { before: node('n1') },
  },
  {
    what: 'the removal of a label that is not its own',
    object: node('n1'),
    asked: { before: node('n1', { 'node-role.kubernetes.io/control-plane': '' }) },
    why: 'is not allowed to modify labels: node-role.kubernetes.io/control-plane',
  },
  {
    what: 'taints of its Node',
    object: node('n1'),
    asked: { before: node('n1', {}, { taints: [{ key: 'a', effect: 'NoSchedule' }] }) },
    why: 'node "n1" is not allowed to modify taints',
  },
  {
    what: 'the status of another Node',
    object: node('n2'),
    asked: { before: node('n2'), subresource: 'status' },
    why: 'node "n1" is not allowed to modify node "n2"',
  },
  { what: 'a mirror pod', object: mirror() },
  {
    what: 'a pod that mirrors nothing',
    object: pod({ nodeName: 'n1' }),
    why: 'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  },
  {
    what: 'a mirror pod elsewhere',
    object: mirror({ nodeName: 'n2' }),
    why: `${only} spec.nodeName set to itself`,
  },
  {
    what: 'a mirror pod without owner',
    object: mirror({}, { ownerReferences: [] }),
    why: `${only} an owner reference set to itself`,
  },
  {
    what: 'a mirror pod of an older Node of that name',
    object: mirror({}, { ownerReferences: [{ ...owner, uid: 'old' }] }),
    why: 'node n1 UID mismatch: expected old got uid-n1',
  },
  {
    what: 'a mirror pod with an account',
    object: mirror({ serviceAccountName: 'a' }),
    why: `${cannot} a service account`,
  },
  {
    what: 'a mirror pod with a secret',
    object: mirror({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }),
    why: `${cannot} secrets`,
  },
  {
    what: 'a mirror pod with a claim',
    object: mirror({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }),
    why: `${cannot} persistentvolumeclaims`,
  },
  { what: 'the end of its pod', object: pod({ nodeName: 'n1' }), asked: { operation: 'DELETE' } },
  {
    what: "the end of another's pod",
    object: pod({ nodeName: 'n2' }),
    asked: { operation: 'DELETE' },
    why: 'node "n1" can only delete pods with spec.nodeName set to itself',
  },
  {
    what: 'a change of its pod',
    object: pod({ nodeName: 'n1' }, { labels: { a: 'b' } }),
    asked: { before: pod({ nodeName: 'n1' }) },
    why: 'unexpected operation "UPDATE", node "n1" can only create and delete mirror pods',
  },
  {
    what: 'the status of its pod',
    object: pod({ nodeName: 'n1' }),
    asked: { before: pod({ nodeName: 'n1' }), subresource: 'status' },
  },
  {
    what: "the status of another's pod",
    object: pod({ nodeName: 'n2' }),
    asked: { before: pod({ nodeName: 'n2' }), subresource: 'status' },
    why: 'node "n1" can only update pod status for pods with spec.nodeName set to itself',
  },
  {
    what: 'containers to debug with',
    object: pod({ nodeName: 'n1' }),
    asked: { before: pod({ nodeName: 'n1' }), subresource: 'ephemeralcontainers' },
    why: `unexpected pod subresource "ephemeralcontainers", only 'status' and 'eviction' are allowed`,
  },
  { what: 'a claim', object: claim({}), asked: { before: claim({}) }, why: 'may only update PVC status' },
  {
    what: 'how far a claim has grown',
    object: claim({ phase: 'Bound', capacity: { storage: '2Gi' } }),
    asked: { before: claim({ phase: 'Bound' }), subresource: 'status' },
  },
  {
    what: 'the phase of a claim',
    object: claim({ phase: 'Lost' }),
    asked: { before: claim({ phase: 'Bound' }), subresource: 'status' },
    why: 'node "n1" is not allowed to update fields other than status.quantity and status.conditions',
  },
  { what: 'its Lease', object: named(lease, 'Lease', 'n1') },
  {
    what: 'another Lease',
    object: named(lease, 'Lease', 'n2'),
    why: 'can only access node lease with the same name as the requesting node',
  },
  {
    what: 'a Lease of another namespace',
    object: { ...named(lease, 'Lease', 'n1'), metadata: { name: 'n1', namespace: 'shop' } },
    why: 'can only access leases in the "kube-node-lease" system namespace',
  },
  { what: 'its CSINode', object: named('storage.k8s.io/v1', 'CSINode', 'n1') },
  {
    what: 'another CSINode',
    object: named('storage.k8s.io/v1', 'CSINode', 'n2'),
    why: 'can only access CSINode with the same name as the requesting node',
  },
  {
    what: 'devices of another node',
    object: named('resource.k8s.io/v1', 'ResourceSlice', 's', { spec: { nodeName: 'n2' } }),
    why: 'can only create ResourceSlice with the same NodeName as the requesting node',
  },
];

for (const { what, object, asked = {}, why } of cases)
  test(`a node and ${what}: ${why === undefined ? 'allowed' : 'refused'}`, () => {
    const { problem } = nodeRestriction.admit(requestFor(object, { view, user: n1, ...asked }));
    assert.equal(problem?.message.replace(/^.* is forbidden: /, ''), why);
    if (why !== undefined) assert.equal(problem?.code, 403);
  });

test('only nodes are restricted: not people, not what is Berth', () => {
  const admin: UserInfo = { name: 'admin', groups: ['system:masters'] };
  assert.deepEqual(nodeRestriction.admit(requestFor(node('n2'), { view, user: admin })), {});
  assert.deepEqual(nodeRestriction.admit(requestFor(node('n2'), { view })), {});
});
