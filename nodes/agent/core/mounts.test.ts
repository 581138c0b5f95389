import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Volume, VolumeMount } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { DesiredEntry } from '../../../schemas/wire/messages.ts';
import { sourcesOf } from './host-sources.ts';
import { mountsOf } from './mounts.ts';
import type { MountSpec } from './runtime-model.ts';

const claim: DesiredEntry = {
  key: 'claim/shop/data',
  type: 'claim',
  volumeName: 'pvc-1',
  accessModes: ['ReadWriteOnce'],
  volume: { local: { path: '/elsewhere' } },
  provisioned: true,
};

function mounted(
  mount: Partial<VolumeMount>,
  volume: Omit<Volume, 'name'> = { emptyDir: {} },
): MountSpec | string {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
    spec: { containers: [], volumes: [{ name: 'v', ...volume }] },
  };
  const made = mountsOf({
    pod,
    container: { name: 'main', volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] },
    sources: sourcesOf(
      () => new Map([[claim.key, claim]]),
      () => false,
    ),
    values: new Map([
      ['POD', 'web-1'],
      ['UP', '..'],
      ['ROOT', '/etc'],
    ]),
    memo: {
      hash: '',
      backoffMs: 0,
      terminationGraceSeconds: 30,
      terminationMessagePath: '/dev/termination-log',
      fallbackToLogs: false,
    },
  });
  return 'problem' in made ? made.problem : (made.mounts[0] ?? '');
}

function problemOf(mount: Partial<VolumeMount>): string {
  const made = mounted(mount);
  return typeof made === 'string' ? made : assert.fail('it can be mounted');
}

test('a mount names its volume, and the part of it that is shown', () => {
  const plain = { containerPath: '/v', readOnly: false, propagation: 'None' } as const;
  const volume = { type: 'volume', volume: 'v' } as const;
  assert.deepEqual(mounted({}), { ...plain, source: volume, subPath: '' });
  assert.deepEqual(mounted({ subPath: 'a/b' }), { ...plain, source: volume, subPath: 'a/b' });
  assert.deepEqual(mounted({ subPathExpr: 'logs/$(POD)' }), {
    ...plain,
    source: volume,
    subPath: 'logs/web-1',
  });
  assert.deepEqual(mounted({}, { hostPath: { path: '/h' } }), {
    ...plain,
    source: { type: 'hostPath', path: '/h' },
    subPath: '',
  });
});

test('a claim is mounted from its volume, read-only where the pod says so', () => {
  const made = mounted({}, { persistentVolumeClaim: { claimName: 'data', readOnly: true } });
  assert.deepEqual(made, {
    source: { type: 'provisioned', volumeName: 'pvc-1' },
    subPath: '',
    containerPath: '/v',
    readOnly: true,
    propagation: 'None',
  });
});

test('a part outside of the volume is refused, also where an expression comes to it', () => {
  assert.match(problemOf({ subPath: '../x' }), /must not contain '\.\.'/);
  assert.match(problemOf({ subPathExpr: '$(UP)' }), /must not contain '\.\.'/);
  assert.match(problemOf({ subPathExpr: '$(ROOT)' }), /must not be an absolute path/);
  assert.match(problemOf({ subPathExpr: '$(NOBODY)' }), /missing value for "NOBODY"/);
});
