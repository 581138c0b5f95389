import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IPAddress, ServiceCIDR } from '../../../../schemas/kubernetes/types/networking-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Plan } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { serviceCidrController } from './ranges.ts';

const finalizer = 'networking.k8s.io/service-cidr-finalizer';

function rangeOf(name: string, cidr: string, more: object = {}): ServiceCIDR {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name, ...more },
    spec: { cidrs: [cidr] },
  };
}

function addressOf(ip: string): IPAddress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: ip },
    spec: { parentRef: { resource: 'services', namespace: 'shop', name: 'web' } },
  };
}

function planned(name: string, ...objects: readonly KubeObject[]): Plan {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  const controller = serviceCidrController({ serviceCidr: '10.43.0.0/16' });
  return controller.plan(refOf(rangeOf(name, '')), view, { nowMs: 0, seed: 0 });
}

function written(plan: Plan): ServiceCIDR | undefined {
  const [change] = plan.changes;
  return change === undefined || change.type === 'delete' ? undefined : (change.object as ServiceCIDR);
}

test("the cluster's own range is there from the start", () => {
  assert.deepEqual(written(planned('kubernetes'))?.spec?.cidrs, ['10.43.0.0/16']);
  assert.deepEqual(planned('other').changes, []);
});

test('a range is held by its finalizer and says that it is ready', () => {
  const range = written(planned('extra', rangeOf('extra', '10.99.0.0/24')));
  assert.deepEqual(range?.metadata.finalizers, [finalizer]);
  assert.deepEqual(
    range?.status?.conditions?.map(({ type, status, message }) => [type, status, message]),
    [['Ready', 'True', 'Kubernetes Service CIDR is ready']],
  );
  assert.ok(range !== undefined);
  assert.deepEqual(planned('extra', range).changes, []);
});

test('a range that is deleted stays until no address depends on it', () => {
  const ending = { finalizers: [finalizer], deletionTimestamp: '2026-01-01T00:00:00Z' };
  const range = rangeOf('extra', '10.99.0.0/24', ending);
  const held = written(planned('extra', range, addressOf('10.99.0.7')));
  assert.deepEqual(held?.metadata.finalizers, [finalizer]);
  assert.deepEqual(held?.status?.conditions?.[0]?.reason, 'Terminating');
  assert.equal(written(planned('extra', range, addressOf('10.98.0.7')))?.metadata.finalizers, undefined);
  const wider = rangeOf('wider', '10.96.0.0/11');
  assert.equal(
    written(planned('extra', range, wider, addressOf('10.99.0.7')))?.metadata.finalizers,
    undefined,
  );
});
