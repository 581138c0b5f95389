import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import { MutableView } from '../model/view.ts';
import { localPathClass, localPathVolume } from '../storage/local-path.ts';
import { affectedEntries, desiredEntries, desiredEntry } from './desired-state.ts';

const settings = { clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };

function node(name: string): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } };
}

const claim: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: {
    name: 'data',
    namespace: 'shop',
    uid: 'c1',
    annotations: { 'pv.kubernetes.io/bind-completed': 'yes' },
  },
  spec: { accessModes: ['ReadWriteOnce'], volumeName: 'pvc-c1' },
  status: { phase: 'Bound' },
};
const volume: PersistentVolume = {
  ...localPathVolume(claim, localPathClass, node('n1')),
  status: { phase: 'Bound' },
};
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db', namespace: 'shop', uid: 'p1' },
  spec: {
    nodeName: 'n1',
    containers: [{ name: 'main' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  },
};
const released: PersistentVolume = {
  ...volume,
  metadata: { ...volume.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  status: { phase: 'Released' },
};

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of [node('n1'), node('n2'), ...objects]) view.apply(refOf(object), object, 1);
  return view;
}

const claimKey = 'claim/shop/data';

test('a host is told of a claim of its pods once that is bound', () => {
  const entry = desiredEntry(viewOf(pod, claim, volume), 'n1', claimKey, settings);
  assert.ok(entry?.type === 'claim');
  assert.equal(entry.volumeName, 'pvc-c1');
  assert.equal(entry.provisioned, true);
  assert.equal(entry.volume.claimRef, undefined);
  assert.equal(entry.problem, undefined);
  assert.equal(desiredEntry(viewOf(pod, claim, volume), 'n2', claimKey, settings), undefined);
  const unbound = { ...claim, status: { phase: 'Pending' } };
  assert.equal(desiredEntry(viewOf(pod, unbound, volume), 'n1', claimKey, settings), undefined);
});

test('a volume of another host is said to be one', () => {
  const elsewhere = { ...pod, spec: { ...pod.spec, nodeName: 'n2' } } as Pod;
  const entry = desiredEntry(viewOf(elsewhere, claim, volume), 'n2', claimKey, settings);
  assert.match(entry?.type === 'claim' ? (entry.problem ?? '') : '', /NodeAffinity check failed/);
});

test('the host of a deleted local path, and no other, removes its folder', () => {
  const keys = (host: string, ...objects: readonly KubeObject[]) =>
    desiredEntries(viewOf(...objects), host, settings).map(({ key }) => key);
  assert.deepEqual(keys('n1', released), ['removed-volume/pvc-c1']);
  assert.deepEqual(keys('n2', released), []);
  const kept = { ...released, spec: { ...released.spec, persistentVolumeReclaimPolicy: 'Retain' } };
  for (const other of [volume, { ...released, status: { phase: 'Bound' } }, kept])
    assert.deepEqual(keys('n1', other), []);
});

test('changes of claims and volumes touch the hosts that use them', () => {
  const view = viewOf(pod, claim, volume);
  const touched = (before: KubeObject | undefined, after: KubeObject | undefined) =>
    affectedEntries({ ref: refOf((after ?? before) as KubeObject), before, after }, view).map(
      ({ node: where, key }) => `${where} ${key}`,
    );
  assert.deepEqual(touched(undefined, claim), ['n1 claim/shop/data']);
  assert.deepEqual(touched(undefined, volume), ['n1 claim/shop/data']);
  assert.deepEqual(touched(volume, released), ['n1 claim/shop/data', 'n1 removed-volume/pvc-c1']);
  assert.deepEqual(touched(released, undefined), ['n1 claim/shop/data', 'n1 removed-volume/pvc-c1']);
});
