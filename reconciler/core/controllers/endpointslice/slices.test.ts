import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import type { EndpointGroup } from './endpoints.ts';
import { slicesOf } from './slices.ts';

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 'service', labels: { app: 'web' } },
  spec: { clusterIP: 'None' },
};

function endpoint(number: number, ready = true): Endpoint {
  return {
    addresses: [`10.0.0.${number}`],
    conditions: { ready },
    targetRef: { kind: 'Pod', uid: `pod-${number}` },
  };
}

function group(endpoints: readonly Endpoint[], port = 80): EndpointGroup {
  return { addressType: 'IPv4', ports: [{ name: '', port, protocol: 'TCP' }], endpoints };
}

function range(from: number, to: number): Endpoint[] {
  return Array.from({ length: to - from }, (_, index) => endpoint(from + index));
}

function sizes(slices: readonly EndpointSlice[]): readonly number[] {
  return slices.map((slice) => slice.endpoints?.length ?? 0);
}

test('a slice bears the labels that consumers look for, and its owner', () => {
  const [slice] = slicesOf(service, [group([])], []);
  assert.deepEqual(slice?.metadata.labels, {
    app: 'web',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'service.kubernetes.io/headless': '',
  });
  assert.equal(slice?.metadata.ownerReferences?.[0]?.uid, 'service');
  assert.deepEqual(slice?.endpoints, []);
});

test('no slice holds more than a hundred endpoints', () => {
  assert.deepEqual(sizes(slicesOf(service, [group(range(0, 250))], [])), [100, 100, 50]);
});

test('names depend on the service alone: the same slices come out of the same endpoints', () => {
  const first = slicesOf(service, [group(range(0, 150))], []);
  assert.deepEqual(slicesOf(service, [group(range(0, 150))], first), first);
  assert.equal(slicesOf(service, [group([], 8080)], first)[0]?.metadata.name, first[0]?.metadata.name);
});

test('one endpoint changed changes one slice', () => {
  const before = slicesOf(service, [group(range(0, 250))], []);
  const changed = range(0, 250).with(120, endpoint(120, false));
  const after = slicesOf(service, [group(changed)], before);
  assert.deepEqual(
    after.map((slice, index) => JSON.stringify(slice) === JSON.stringify(before[index])),
    [true, false, true],
  );
});

test('endpoints stay where they are when others leave, and newcomers fill the gaps', () => {
  const before = slicesOf(service, [group(range(0, 150))], []);
  const shrunk = slicesOf(service, [group(range(50, 150))], before);
  assert.deepEqual(sizes(shrunk), [50, 50]);
  const filled = slicesOf(service, [group(range(50, 170))], shrunk);
  assert.deepEqual(sizes(filled), [70, 50]);
});

test('newcomers go where something changes anyway, else where all of them fit', () => {
  const before = slicesOf(service, [group(range(0, 190))], []);
  const both = slicesOf(service, [group([...range(1, 190), ...range(200, 201)])], before);
  assert.deepEqual(sizes(both), [100, 90]);
  const tooMany = slicesOf(service, [group([...range(0, 190), ...range(200, 220)])], before);
  assert.deepEqual(sizes(tooMany), [100, 90, 20]);
});

test('an empty slice goes, but for the last one', () => {
  const before = slicesOf(service, [group(range(0, 150))], []);
  assert.deepEqual(sizes(slicesOf(service, [group(range(0, 100))], before)), [100]);
  assert.deepEqual(sizes(slicesOf(service, [group([])], before)), [0]);
});

test('groups with other ports have slices of their own', () => {
  const slices = slicesOf(service, [group(range(0, 3)), group(range(3, 5), 8080)], []);
  assert.deepEqual(sizes(slices), [3, 2]);
  assert.equal(new Set(slices.map((slice) => slice.metadata.name)).size, 2);
});
