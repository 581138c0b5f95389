import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSubset, Pod, Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { subsetsOf, truncated } from './subsets.ts';

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { clusterIP: '10.43.0.9', ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
};

function podOf(name: string, ip: string, containerPort: number, ready = true): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: name },
    spec: { containers: [{ name: 'main', ports: [{ name: 'web', containerPort }] }] },
    status: { podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

function sizes(subsets: readonly EndpointSubset[]): readonly (readonly number[])[] {
  return subsets.map(({ addresses = [], notReadyAddresses = [] }) => [
    addresses.length,
    notReadyAddresses.length,
  ]);
}

function addresses(count: number): { readonly ip: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    ip: `10.0.${Math.floor(index / 250)}.${index % 250}`,
  }));
}

test('pods that serve a named port by other numbers stand in other subsets', () => {
  const subsets = subsetsOf(service, [podOf('b', '10.0.0.2', 9090), podOf('a', '10.0.0.1', 8080, false)]);
  assert.deepEqual(
    subsets.map(({ ports }) => ports),
    [[{ name: 'http', port: 8080, protocol: 'TCP' }], [{ name: 'http', port: 9090, protocol: 'TCP' }]],
  );
  assert.deepEqual(sizes(subsets), [
    [0, 1],
    [1, 0],
  ]);
});

test('a pod without the named port, without an address or with an end is no endpoint', () => {
  const { status, ...pod } = podOf('a', '10.0.0.1', 8080);
  const unnamed = { ...podOf('b', '10.0.0.2', 8080), spec: { containers: [{ name: 'main' }] } };
  const ended = { ...pod, status: { ...status, phase: 'Succeeded' } };
  assert.deepEqual(subsetsOf(service, [pod, unnamed, ended]), []);
});

test('a Service without ports has endpoints only where it is headless', () => {
  const bare = { ...service, spec: { clusterIP: 'None' } };
  assert.deepEqual(sizes(subsetsOf(bare, [podOf('a', '10.0.0.1', 8080)])), [[1, 0]]);
  assert.deepEqual(
    subsetsOf({ ...service, spec: { clusterIP: '10.43.0.9' } }, [podOf('a', '10.0.0.1', 1)]),
    [],
  );
});

test('a thousand addresses at most; those that are ready come first', () => {
  assert.equal(truncated([{ addresses: addresses(1000) }]).overCapacity, false);
  const { subsets, overCapacity } = truncated([
    { addresses: addresses(900), notReadyAddresses: addresses(400) },
  ]);
  assert.equal(overCapacity, true);
  assert.deepEqual(sizes(subsets), [[900, 100]]);
});

test('subsets over capacity share it by their sizes', () => {
  const { subsets } = truncated([{ addresses: addresses(1500) }, { addresses: addresses(500) }]);
  assert.deepEqual(sizes(subsets), [
    [750, 0],
    [250, 0],
  ]);
});
