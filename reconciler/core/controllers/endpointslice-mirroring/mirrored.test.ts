import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointAddress, Endpoints } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { mirroredSlices } from './mirrored.ts';

function endpointsOf(addresses: readonly EndpointAddress[]): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'legacy', namespace: 'shop', uid: 'one' },
    subsets: [{ addresses, ports: [{ port: 80 }] }],
  };
}

test('an address that is none is counted, not mirrored', () => {
  const { slices, invalid } = mirroredSlices(endpointsOf([{ ip: 'nowhere' }, { ip: '10.0.0.1' }]), []);
  assert.equal(invalid, 1);
  assert.deepEqual(
    slices.map(({ endpoints }) => endpoints?.map(({ addresses }) => addresses)),
    [[['10.0.0.1']]],
  );
});

test('a thousand addresses of a subset are mirrored, a hundred to a slice', () => {
  const all = Array.from({ length: 1003 }, (_, index) => ({
    ip: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
  }));
  const { slices, skipped } = mirroredSlices(endpointsOf(all), []);
  assert.equal(skipped, 3);
  assert.equal(slices.length, 10);
  assert.ok(slices.every(({ endpoints }) => endpoints?.length === 100));
});

test('the same Endpoints give the same slices again', () => {
  const { slices } = mirroredSlices(endpointsOf([{ ip: '10.0.0.1' }, { ip: '2001:db8::1' }]), []);
  assert.deepEqual(
    mirroredSlices(endpointsOf([{ ip: '10.0.0.1' }, { ip: '2001:db8::1' }]), slices).slices,
    slices,
  );
});

test('an address that is named twice is one endpoint', () => {
  const { slices } = mirroredSlices(endpointsOf([{ ip: '10.0.0.1' }, { ip: '10.0.0.1' }]), []);
  assert.equal(slices[0]?.endpoints?.length, 1);
});
