import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { PodWorld } from '../../../test/sim/pod-world.ts';
import { sysctlProblem, sysctlsOf } from './sysctls.ts';

function podWith(names: readonly string[], spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: {
      containers: [{ name: 'main', image: 'app:1' }],
      securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) },
      ...spec,
    },
  };
}

test('only settings of the pod’s own namespaces are granted', () => {
  assert.equal(sysctlProblem(podWith(['kernel.shm_rmid_forced', 'net.ipv4.tcp_syncookies'])), undefined);
  assert.equal(
    sysctlProblem(podWith(['kernel.msgmax'])),
    'forbidden sysctl: "kernel.msgmax" not allowlisted',
  );
  assert.equal(
    sysctlProblem(podWith(['net.ipv4.tcp_syncookies'], { hostNetwork: true })),
    'forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled',
  );
  assert.equal(
    sysctlProblem(podWith(['kernel.shm_rmid_forced'], { hostIPC: true })),
    'forbidden sysctl: "kernel.shm_rmid_forced" not allowed with host ipc enabled',
  );
});

test('names with slashes are those with dots', () => {
  assert.deepEqual([...sysctlsOf(podWith(['net/ipv4/tcp_syncookies'])).keys()], ['net.ipv4.tcp_syncookies']);
  assert.deepEqual([...sysctlsOf(podWith(['net/ipv4/conf/eth0.1/x'])).keys()], ['net.ipv4.conf.eth0/1.x']);
});

test('a pod that asks for another setting is refused before anything is made for it', () => {
  const world = new PodWorld(podWith(['kernel.msgmax']));
  world.settle();
  assert.deepEqual(world.trace, [
    't0 event SysctlForbidden: forbidden sysctl: "kernel.msgmax" not allowlisted',
  ]);
  assert.equal(world.status?.phase, 'Failed');
  assert.equal(world.status.reason, 'SysctlForbidden');
  assert.equal(world.status.message, 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted');
});
