import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { IPAddress } from '../../../../schemas/kubernetes/types/networking-v1.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Change } from '../../model/plan.ts';
import { MutableView } from '../../model/view.ts';
import { serviceAddressController } from './addresses.ts';

const ip = '10.43.0.9';

function serviceOf(clusterIP: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { clusterIP, clusterIPs: [clusterIP] },
  };
}

function viewOf(...objects: readonly KubeObject[]): MutableView {
  const view = new MutableView();
  for (const object of objects) view.apply(refOf(object), object, 1);
  return view;
}

/** What is changed because of the change of an object, in a view that shows it. */
function changes(view: MutableView, before: KubeObject | undefined, after: KubeObject | undefined): Change[] {
  const ref = refOf((after ?? before) as KubeObject);
  const keys = serviceAddressController.keysFor({ ref, before, after }, view);
  return keys.flatMap((key) => serviceAddressController.plan(key, view, { nowMs: 0, seed: 0 }).changes);
}

function created(): IPAddress {
  const service = serviceOf(ip);
  const [change] = changes(viewOf(service), undefined, service);
  assert.ok(change?.type === 'create');
  return change.object as IPAddress;
}

test('the address of a Service is an object that names it', () => {
  assert.deepEqual(created(), {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: ip,
      labels: {
        'ipaddress.kubernetes.io/ip-family': 'IPv4',
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      },
    },
    spec: { parentRef: { group: '', resource: 'services', namespace: 'shop', name: 'web' } },
  });
});

test('it goes when the Service goes, or gives the address back, and comes again when somebody removes it', () => {
  const address = created();
  const gone = changes(viewOf(address), serviceOf(ip), undefined);
  assert.deepEqual(
    gone.map(({ type }) => type),
    ['delete'],
  );
  const headless = serviceOf('None');
  assert.equal(changes(viewOf(address, headless), serviceOf(ip), headless)[0]?.type, 'delete');
  assert.equal(changes(viewOf(serviceOf(ip)), address, undefined)[0]?.type, 'create');
});

test('headless Services have none, and what people keep is left to them', () => {
  assert.deepEqual(changes(viewOf(serviceOf('None')), undefined, serviceOf('None')), []);
  const own = { ...created(), metadata: { name: ip } };
  assert.deepEqual(changes(viewOf(own), undefined, own), []);
});
