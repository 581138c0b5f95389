import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../schemas/kubernetes/types/core-v1.ts';
import { localPathClass, localPathVolume } from '../core/storage/local-path.ts';
import { HandClock, quiet, settled } from '../../test/sim/hand-clock.ts';
import { memoryCluster, submitted } from '../../test/sim/memory-cluster.ts';
import { EventRecorder } from './event-recorder.ts';
import { ReportLoop } from './reports.ts';

function node(name: string): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } };
}

test('a deleted volume goes when its own host has removed the folder', async (context) => {
  const clock = new HandClock();
  const cluster = await memoryCluster(context, clock);
  const ports = { cluster, clock, logger: quiet, failed: (error: unknown) => assert.fail(String(error)) };
  const reports = new ReportLoop({ ...ports, events: new EventRecorder(cluster, clock, quiet) });
  const claim: PersistentVolumeClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default', uid: 'gone' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const made = localPathVolume(claim, localPathClass, node('n1'));
  await submitted(
    cluster,
    { type: 'create', object: node('n1') },
    { type: 'create', object: node('n2') },
    { type: 'create', object: made },
  );
  const live = (): PersistentVolume | undefined =>
    cluster.view.get<PersistentVolume>('v1', 'PersistentVolume', '', 'pvc-gone');
  const told = async (host: string): Promise<readonly string[] | undefined> => {
    reports.take(host, { type: 'volume-removed', name: 'pvc-gone' });
    await settled();
    return live()?.metadata.finalizers;
  };
  const finalizers = ['berth.dev/local-path', 'kubernetes.io/pv-protection'];
  assert.deepEqual(await told('n1'), finalizers, 'nobody asked for it');
  const ref = { apiVersion: 'v1', kind: 'PersistentVolume', namespace: '', name: 'pvc-gone' };
  await submitted(cluster, { type: 'delete', ref, uid: '' });
  assert.deepEqual(await told('n2'), finalizers, 'the folder is on another host');
  assert.deepEqual(await told('n1'), ['kubernetes.io/pv-protection']);
});
