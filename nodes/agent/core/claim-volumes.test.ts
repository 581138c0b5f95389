import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolumeSpec, Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { ClaimEntry, DesiredEntry } from '../../../schemas/wire/messages.ts';
import { sourcesOf } from './host-sources.ts';
import { compileVolumes } from './volumes.ts';
import type { VolumeSpec } from './volume-spec.ts';

function podOf(name: string, volume: Omit<Volume, 'name'>, createdAt = '2026-01-01T00:00:00Z'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: createdAt },
    spec: { containers: [], securityContext: { fsGroup: 50 }, volumes: [{ name: 'v', ...volume }] },
  };
}

function claim(name: string, volume: PersistentVolumeSpec, more: Partial<ClaimEntry> = {}): ClaimEntry {
  return {
    key: `claim/shop/${name}`,
    type: 'claim',
    volumeName: `pv-${name}`,
    accessModes: ['ReadWriteOnce'],
    volume,
    provisioned: false,
    ...more,
  };
}

const uses = (claimName: string): Omit<Volume, 'name'> => ({ persistentVolumeClaim: { claimName } });

function compile(
  pod: Pod,
  entries: readonly DesiredEntry[],
  finished: readonly string[] = [],
): VolumeSpec | string {
  const { volumes, problems } = compileVolumes({
    pod,
    sources: sourcesOf(
      () => new Map(entries.map((entry) => [entry.key, entry])),
      (uid) => finished.includes(uid),
    ),
    addresses: { nodeName: 'node-a', hostIPs: [], podIPs: [] },
    capacity: { cpus: 1, memoryBytes: 1 },
  });
  return volumes[0] ?? problems[0]?.replace('MountVolume.SetUp failed for volume "v" : ', '') ?? '';
}

function problemOf(pod: Pod, entries: readonly DesiredEntry[]): string {
  const compiled = compile(pod, entries);
  return typeof compiled === 'string' ? compiled : assert.fail('it can be made');
}

test('a claim is what its volume is on this host', () => {
  const ownership = { fsGroup: 50, changePolicy: 'always' } as const;
  const cases: readonly (readonly [ClaimEntry, VolumeSpec | string])[] = [
    [
      claim('data', { local: { path: '/var/lib/berth/volumes/pv-data' } }, { provisioned: true }),
      { type: 'provisioned', name: 'v', volumeName: 'pv-data', ...ownership },
    ],
    [claim('data', { local: { path: '/disk' } }), { type: 'local', name: 'v', path: '/disk', ...ownership }],
    [
      claim('data', { hostPath: { path: '/disk', type: 'Directory' } }),
      { type: 'hostPath', name: 'v', path: '/disk', check: 'Directory' },
    ],
    [
      claim('data', { accessModes: [], nfs: { server: 's', path: '/' } }),
      'persistent volumes of type nfs are not built yet',
    ],
    [claim('data', { local: { path: '/d' } }, { problem: 'not here' }), 'not here'],
  ];
  for (const [entry, expected] of cases)
    assert.deepEqual(compile(podOf('web', uses('data')), [entry]), expected);
});

test('a pod waits for a claim that has no volume yet', () => {
  assert.equal(compile(podOf('web', uses('data')), []), 'error processing PVC shop/data: PVC is not bound');
});

test('an ephemeral volume is the claim that was made for this very pod', () => {
  const ephemeral = podOf('web', { ephemeral: { volumeClaimTemplate: { spec: {} } } });
  const made = claim('web-v', { hostPath: { path: '/disk' } }, { ownerUid: 'uid-web' });
  assert.deepEqual(compile(ephemeral, [made]), { type: 'hostPath', name: 'v', path: '/disk', check: '' });
  const foreign = { ...made, ownerUid: 'uid-former' };
  assert.match(problemOf(ephemeral, [foreign]), /was not created for pod shop\/web/);
});

test('a claim for one pod is the first one’s until it has ended', () => {
  const only = claim('data', { hostPath: { path: '/disk' } }, { accessModes: ['ReadWriteOncePod'] });
  const [first, second] = [
    podOf('first', uses('data')),
    podOf('second', uses('data'), '2026-01-01T00:00:01Z'),
  ];
  const entries: DesiredEntry[] = [
    only,
    { key: 'pod/uid-first', type: 'pod', pod: first },
    { key: 'pod/uid-second', type: 'pod', pod: second },
  ];
  assert.equal(typeof compile(first, entries), 'object');
  assert.match(problemOf(second, entries), /already in use by another pod/);
  assert.equal(typeof compile(second, entries, ['uid-first']), 'object');
});
