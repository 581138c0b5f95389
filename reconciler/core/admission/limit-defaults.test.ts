import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { limitDefaults } from './limit-defaults.ts';
import { pod, requestFor, viewOf } from './testing/admission-requests.ts';

function range(name: string, ...limits: readonly object[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name, namespace: 'shop' },
    spec: { limits },
  } as KubeObject;
}

test('containers get what they lack, and the pod says so', () => {
  const given = range('r', {
    type: 'Container',
    default: { cpu: '500m', memory: '1Gi' },
    defaultRequest: { cpu: '100m', memory: '256Mi' },
  });
  const asked = pod({
    containers: [{ name: 'a', resources: { limits: { cpu: '2' }, requests: { cpu: '1', memory: '1Mi' } } }],
    initContainers: [{ name: 'i' }],
  });
  const admitted = limitDefaults.admit(requestFor(asked, { view: viewOf(given) })).object as Pod;
  assert.deepEqual(admitted.spec?.containers[0]?.resources, {
    limits: { cpu: '2', memory: '1Gi' },
    requests: { cpu: '1', memory: '1Mi' },
  });
  assert.deepEqual(admitted.spec?.initContainers?.[0]?.resources, {
    limits: { cpu: '500m', memory: '1Gi' },
    requests: { cpu: '100m', memory: '256Mi' },
  });
  assert.equal(
    admitted.metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: memory limit for container a; cpu, memory request for init container i; cpu, memory limit for init container i',
  );
});

test('of several defaults in one range the last counts, of several ranges the first', () => {
  const ranges = [
    range('a', { type: 'Container', default: { cpu: '1' } }, { type: 'Container', default: { cpu: '2' } }),
    range('b', { type: 'Container', default: { cpu: '3' } }),
  ];
  const admitted = limitDefaults.admit(requestFor(pod(), { view: viewOf(...ranges) })).object as Pod;
  assert.deepEqual(admitted.spec?.containers[0]?.resources?.limits, { cpu: '2' });
});
