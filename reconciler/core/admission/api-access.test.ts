import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec, ServiceAccount } from '../../../schemas/kubernetes/types/core-v1.ts';
import { wantsApiAccess, withApiAccess } from './api-access.ts';

const place = '/var/run/secrets/kubernetes.io/serviceaccount';

function podOf(spec: Partial<PodSpec>): Pod {
  const metadata = { name: 'web', namespace: 'shop', uid: '7c9e' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'main' }], ...spec } };
}

function account(automountServiceAccountToken?: boolean): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'web' },
    ...(automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }),
  };
}

test('the pod decides, then its account; silence means yes', () => {
  const cases = [
    [undefined, undefined, true],
    [undefined, false, false],
    [undefined, true, true],
    [true, false, true],
    [false, true, false],
  ] as const;
  for (const [ofPod, ofAccount, expected] of cases) {
    const pod = podOf(ofPod === undefined ? {} : { automountServiceAccountToken: ofPod });
    assert.equal(wantsApiAccess(pod, account(ofAccount)), expected, `${ofPod} ${ofAccount}`);
  }
  assert.equal(wantsApiAccess(podOf({}), undefined), true);
});

test('every container gets the volume, which holds token, authority and namespace', () => {
  const { spec } = withApiAccess(podOf({ initContainers: [{ name: 'first' }] }));
  const [volume] = spec?.volumes ?? [];
  assert.match(volume?.name ?? '', /^kube-api-access-[a-z0-9]{5}$/);
  const mount = { name: volume?.name, mountPath: place, readOnly: true };
  assert.deepEqual(spec?.containers[0]?.volumeMounts, [mount]);
  assert.deepEqual(spec?.initContainers?.[0]?.volumeMounts, [mount]);
  assert.deepEqual(volume?.projected, {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  });
});

test('a container with something else at that place keeps it', () => {
  const own = { name: 'main', volumeMounts: [{ name: 'mine', mountPath: place }] };
  const alone = podOf({ containers: [own], volumes: [{ name: 'mine', emptyDir: {} }] });
  assert.equal(withApiAccess(alone), alone);
  const { spec } = withApiAccess(podOf({ containers: [own, { name: 'other' }] }));
  assert.deepEqual(spec?.containers[0], own);
  assert.equal(spec?.containers[1]?.volumeMounts?.length, 1);
});

test('a volume that came with the pod is used', () => {
  const given = [{ name: 'kube-api-access-given', emptyDir: {} }];
  const { spec } = withApiAccess(podOf({ volumes: given }));
  assert.deepEqual(spec?.volumes, given);
  assert.equal(spec?.containers[0]?.volumeMounts?.[0]?.name, 'kube-api-access-given');
});
