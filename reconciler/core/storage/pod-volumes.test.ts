import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
  Pod,
  Volume,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import type { CSINode, StorageClass } from '../../../schemas/kubernetes/types/storage-v1.ts';
import { type KubeObject, refOf } from '../model/object.ts';
import { OverlayView } from '../model/overlay-view.ts';
import { MutableView } from '../model/view.ts';
import { podVolumes } from './pod-volumes.ts';

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

function node(name: string, labels: Readonly<Record<string, string>> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  };
}

function podOf(name: string, ...volumes: readonly Omit<Volume, 'name'>[]): Pod {
  const named = volumes.map((volume, index) => ({ name: `v${index}`, ...volume }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: name },
    spec: { containers: [], volumes: named },
  };
}

const onNode = (pod: Pod, nodeName: string): Pod => ({
  ...pod,
  spec: { containers: [], ...pod.spec, nodeName },
});
const uses = (claimName: string): Omit<Volume, 'name'> => ({ persistentVolumeClaim: { claimName } });

function claim(name: string, spec: PersistentVolumeClaim['spec'], bound = false): PersistentVolumeClaim {
  const annotations = bound ? { 'pv.kubernetes.io/bind-completed': 'yes' } : {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'shop', uid: `claim-${name}`, annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  };
}

function volume(
  name: string,
  spec: PersistentVolumeSpec,
  labels: Readonly<Record<string, string>> = {},
): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...spec },
    status: { phase: 'Available' },
  };
}

const waiting: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local' },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

test('a pod without claims and disks goes anywhere', () => {
  const { constrained, refusal } = podVolumes(podOf('web', { emptyDir: {} }), viewOf());
  assert.deepEqual([constrained, refusal], [false, undefined]);
});

test('a volume is used in its zone', () => {
  const zone = 'topology.kubernetes.io/zone';
  const view = viewOf(claim('data', { volumeName: 'disk' }, true), volume('disk', {}, { [zone]: 'a__b' }));
  const volumes = podVolumes(podOf('db', uses('data')), view);
  assert.equal(volumes.nodeRefusal(node('n1', { [zone]: 'b' })), undefined);
  assert.equal(volumes.nodeRefusal(node('n1', { [zone]: 'c' })), 'node(s) had no available volume zone');
  assert.equal(volumes.nodeRefusal(node('n1')), undefined);
});

test('a node has no more volumes attached than its driver says', () => {
  const csi = (handle: string): PersistentVolumeSpec => ({ csi: { driver: 'd', volumeHandle: handle } });
  const limits: CSINode = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: 'n1' },
    spec: { drivers: [{ name: 'd', nodeID: 'n1', allocatable: { count: 1 } }] },
  };
  const view = viewOf(
    limits,
    ...['one', 'two'].flatMap((name) => [claim(name, { volumeName: name }, true), volume(name, csi(name))]),
    onNode(podOf('first', uses('one')), 'n1'),
  );
  const same = podVolumes(podOf('reader', uses('one')), view);
  assert.equal(same.nodeRefusal(node('n1')), undefined);
  const another = podVolumes(podOf('second', uses('two')), view);
  assert.equal(another.nodeRefusal(node('n1')), 'node(s) exceed max volume count');
  assert.equal(another.nodeRefusal(node('n2')), undefined);
});

test('an inline disk is on a node once, or for readers alone', () => {
  const disk = (readOnly: boolean): Omit<Volume, 'name'> => ({
    gcePersistentDisk: { pdName: 'd', readOnly },
  });
  const view = viewOf(onNode(podOf('first', disk(true)), 'n1'));
  assert.equal(podVolumes(podOf('reader', disk(true)), view).nodeRefusal(node('n1')), undefined);
  const writer = podVolumes(podOf('writer', disk(false)), view);
  assert.equal(writer.nodeRefusal(node('n1')), 'node(s) had no available disk');
  assert.equal(writer.nodeRefusal(node('n2')), undefined);
});

test('two claims of a pod get two volumes, the larger one first', () => {
  const sized = (storage: string): PersistentVolumeSpec => ({
    storageClassName: 'local',
    capacity: { storage },
  });
  const wants = (storage: string): PersistentVolumeClaim['spec'] => ({
    storageClassName: 'local',
    resources: { requests: { storage } },
  });
  const pod = podOf('db', uses('small'), uses('large'));
  const claims = [claim('small', wants('1Gi')), claim('large', wants('2Gi'))];
  const one = podVolumes(pod, viewOf(waiting, ...claims, volume('a', sized('2Gi'))));
  assert.equal(one.nodeRefusal(node('n1')), "node(s) didn't find available persistent volumes to bind");
  const both = podVolumes(
    pod,
    viewOf(waiting, ...claims, volume('a', sized('2Gi')), volume('b', sized('3Gi'))),
  );
  assert.equal(both.nodeRefusal(node('n1')), undefined);
  const { changes, complete } = both.binding(node('n1'));
  const given = changes.map((change) => {
    const object = change.type === 'update' ? (change.object as PersistentVolume) : assert.fail('an update');
    return `${object.metadata.name ?? ''} to ${object.spec?.claimRef?.name ?? ''}`;
  });
  assert.deepEqual(given, ['a to large', 'b to small']);
  assert.equal(complete, true);
});

test('what one pod of a plan was given is not given to the next', () => {
  const spec = { storageClassName: 'local' };
  const base = viewOf(waiting, claim('one', spec), claim('two', spec), volume('a', spec));
  const view = new OverlayView(base);
  const first = podVolumes(podOf('first', uses('one')), view).binding(node('n1'));
  for (const change of first.changes) if (change.type === 'update') view.put(change.object);
  assert.deepEqual(podVolumes(podOf('first', uses('one')), view).binding(node('n1')).changes, []);
  const second = podVolumes(podOf('second', uses('two')), view);
  assert.equal(second.nodeRefusal(node('n1')), "node(s) didn't find available persistent volumes to bind");
});
