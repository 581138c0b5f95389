import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, PersistentVolumeClaim } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Ingress } from '../../../schemas/kubernetes/types/networking-v1.ts';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/user.ts';
import { claimResize } from './claim-resize.ts';
import { defaultPriorityClass } from './default-priority-class.ts';
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { taintNodesByCondition } from './taint-new-nodes.ts';
import { namespace, requestFor, viewOf } from './testing/admission-requests.ts';

const alice: UserInfo = { name: 'alice', groups: [] };

function classOf(
  apiVersion: string,
  kind: string,
  name: string,
  made: string,
  more: object = {},
): KubeObject {
  const annotation = `${kind.toLowerCase()}.kubernetes.io/is-default-class`;
  const metadata = { name, creationTimestamp: made, annotations: { [annotation]: 'true' } };
  return { apiVersion, kind, metadata, ...more };
}

const storage = (name: string, made: string, more: object = {}): KubeObject =>
  classOf('storage.k8s.io/v1', 'StorageClass', name, made, more);
const ingress = (name: string, made: string): KubeObject =>
  classOf('networking.k8s.io/v1', 'IngressClass', name, made);

function claim(size: string, more: object = {}, status: object = {}, annotations: object = {}): KubeObject {
  const spec = { resources: { requests: { storage: size } }, ...more };
  const metadata = { name: 'data', namespace: 'shop', annotations };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec, status } as KubeObject;
}

const old = '2026-01-01T00:00:00Z';
const recent = '2026-02-01T00:00:00Z';
const gold = { storageClassName: 'gold' };

for (const [what, given, name] of [
  ['no class', claim('1Gi'), 'b'],
  ['the empty class', claim('1Gi', { storageClassName: '' }), ''],
  ['a class', claim('1Gi', gold), 'gold'],
  [
    'a class in its annotation',
    claim('1Gi', {}, {}, { 'volume.beta.kubernetes.io/storage-class': 'x' }),
    undefined,
  ],
] as const)
  test(`a claim of ${what} among default classes`, () => {
    const view = viewOf(storage('a', old), storage('b', recent), storage('c', recent));
    const verdict = defaultStorageClass.admit(requestFor(given, { view }));
    assert.equal(((verdict.object ?? given) as PersistentVolumeClaim).spec?.storageClassName, name);
  });

test('an ingress gets the newest default class unless it names one', () => {
  const view = viewOf(ingress('a', recent), ingress('b', old));
  const given = (spec: object, annotations: object = {}): KubeObject =>
    ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace: 'shop', annotations },
      spec,
    }) as KubeObject;
  const classFor = (one: KubeObject): string | undefined => {
    const verdict = defaultIngressClass.admit(requestFor(one, { view }));
    return ((verdict.object ?? one) as Ingress).spec?.ingressClassName;
  };
  assert.equal(classFor(given({})), 'a');
  assert.equal(classFor(given({ ingressClassName: 'mine' })), 'mine');
  assert.equal(classFor(given({}, { 'kubernetes.io/ingress.class': 'mine' })), undefined);
});

const bound = { phase: 'Bound' };
const only =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

for (const [what, before, after, says] of [
  ['of a class that expands', claim('1Gi', gold, bound), claim('2Gi', gold, bound), undefined],
  ['of no class', claim('1Gi', {}, bound), claim('2Gi', {}, bound), only],
  [
    'of a class that does not',
    claim('1Gi', { storageClassName: 'tin' }, bound),
    claim('2Gi', { storageClassName: 'tin' }, bound),
    only,
  ],
  [
    'that is not bound',
    claim('1Gi', gold),
    claim('2Gi', gold),
    'Only bound persistent volume claims can be expanded',
  ],
  ['that only changes its words', claim('1Gi'), claim('1024Mi'), undefined],
] as const)
  test(`growth of a claim ${what}`, () => {
    const view = viewOf(storage('gold', old, { allowVolumeExpansion: true }), storage('tin', old));
    const { problem } = claimResize.admit(requestFor(after, { view, before }));
    const forbidden = `persistentvolumeclaims "data" is forbidden: ${says ?? ''}`;
    assert.equal(problem?.message, says === undefined ? undefined : forbidden);
  });

test('a node that registers is not ready before its node controllers say so', () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } } as KubeObject;
  const verdict = taintNodesByCondition.admit(requestFor(node, { user: alice }));
  assert.deepEqual((verdict.object as Node).spec?.taints, [
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
  ]);
  const again = { ...verdict.object } as KubeObject;
  assert.deepEqual(taintNodesByCondition.admit(requestFor(again, { user: alice })), {});
  assert.deepEqual(taintNodesByCondition.admit(requestFor(node)), {});
});

test('namespaces that the cluster stands on stay', () => {
  for (const [name, stays] of [
    ['default', true],
    ['kube-system', true],
    ['kube-public', true],
    ['kube-node-lease', false],
    ['shop', false],
  ] as const) {
    const { problem } = namespaceLifecycle.admit(requestFor(namespace(name), { operation: 'DELETE' }));
    const forbidden = `namespaces "${name}" is forbidden: this namespace may not be deleted`;
    assert.equal(problem?.message, stays ? forbidden : undefined);
  }
});

test('one priority class is the default', () => {
  const made = (name: string, globalDefault: boolean): KubeObject =>
    ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: 1,
      globalDefault,
    }) as KubeObject;
  const view = viewOf(made('a', true));
  assert.equal(
    defaultPriorityClass.admit(requestFor(made('b', true), { view })).problem?.message,
    'priorityclasses.scheduling.k8s.io "b" is forbidden: PriorityClass a is already marked as default. Only one default can exist',
  );
  assert.deepEqual(defaultPriorityClass.admit(requestFor(made('b', false), { view })), {});
  assert.deepEqual(
    defaultPriorityClass.admit(requestFor(made('a', true), { view, before: made('a', true) })),
    {},
  );
});
