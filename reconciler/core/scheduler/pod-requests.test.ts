import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, PodSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { podRequests } from './pod-requests.ts';

function container(cpu: string, memory: string, restartPolicy?: string): Container {
  return {
    name: 'c',
    resources: { requests: { cpu, memory } },
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  };
}

function requestsOf(spec: PodSpec): Readonly<Record<string, number>> {
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec };
  return Object.fromEntries(podRequests(pod));
}

test('containers add up', () => {
  assert.deepEqual(requestsOf({ containers: [container('100m', '1Ki'), container('0.2', '1Ki')] }), {
    cpu: 300,
    memory: 2048,
    pods: 1,
  });
});

test('a limit without a request counts as one', () => {
  assert.deepEqual(
    requestsOf({ containers: [{ name: 'c', resources: { limits: { cpu: '1', 'example.com/gpu': '2' } } }] }),
    {
      cpu: 1000,
      'example.com/gpu': 2,
      pods: 1,
    },
  );
});

test('init containers run one after the other: the largest counts, where it is larger', () => {
  const initContainers = [container('2', '100'), container('1', '500')];
  assert.deepEqual(requestsOf({ initContainers, containers: [container('500m', '300')] }), {
    cpu: 2000,
    memory: 500,
    pods: 1,
  });
});

test('sidecars run beside the containers, and beside the init containers after them', () => {
  const initContainers = [container('1', '0'), container('200m', '0', 'Always'), container('900m', '0')];
  assert.deepEqual(requestsOf({ initContainers, containers: [container('300m', '0')] }), {
    cpu: 1100,
    memory: 0,
    pods: 1,
  });
});

test('requests of the whole pod stand in for the sum, and overhead comes on top', () => {
  const spec: PodSpec = {
    containers: [container('300m', '100')],
    resources: { requests: { cpu: '1' } },
    overhead: { cpu: '50m', memory: '28' },
  };
  assert.deepEqual(requestsOf(spec), { cpu: 1050, memory: 128, pods: 1 });
});
