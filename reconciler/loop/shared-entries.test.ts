import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Service } from '../../schemas/kubernetes/types/core-v1.ts';
import { peersKey } from '../core/desired/network-entries.ts';
import { refOf } from '../core/model/object.ts';
import { MutableView } from '../core/model/view.ts';
import { SharedState } from './shared-entries.ts';

const settings = { clusterCidr: '10.42.0.0/16', serviceCidr: '10.43.0.0/16' };
const key = 'service/shop/web';

function service(port: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { clusterIPs: ['10.43.0.9'], ports: [{ port }] },
  };
}

function node(name: string, podCIDR: string): Node {
  const addresses = [{ type: 'InternalIP', address: `192.0.2.${name.slice(1)}` }];
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { podCIDR }, status: { addresses } };
}

test('a service is made once, and says when it differs', () => {
  const view = new MutableView();
  const shared = new SharedState(view, settings);
  view.apply(refOf(service(80)), service(80), 1);
  assert.equal(shared.serviceChanged(key), true);
  assert.equal(shared.service(key), shared.service(key));
  assert.equal(shared.serviceChanged(key), false);
  view.apply(refOf(service(80)), service(81), 2);
  assert.equal(shared.serviceChanged(key), true);
  assert.equal(shared.service(key)?.ports[0]?.port, 81);
});

test('a service that is gone has no entry', () => {
  const view = new MutableView();
  const shared = new SharedState(view, settings);
  view.apply(refOf(service(80)), service(80), 1);
  assert.notEqual(shared.service(key), undefined);
  view.apply(refOf(service(80)), undefined, 2);
  assert.equal(shared.serviceChanged(key), true);
  assert.equal(shared.service(key), undefined);
});

test('who takes part is made anew when it changed; parts that are as they were stay the same objects', () => {
  const view = new MutableView();
  const shared = new SharedState(view, settings);
  for (const one of [node('n1', '10.42.1.0/24'), node('n2', '10.42.2.0/24')]) view.apply(refOf(one), one, 1);
  const before = shared.peers();
  const moved = node('n2', '10.42.7.0/24');
  view.apply(refOf(moved), moved, 2);
  assert.equal(shared.peers(), before);
  shared.peersChanged();
  assert.equal(shared.entry(peersKey('n1')), before.get(peersKey('n1')));
  assert.deepEqual(shared.peers().get(peersKey('n2'))?.peers, [
    { nodeName: 'n2', address: '192.0.2.2', podCidr: '10.42.7.0/24' },
  ]);
});
