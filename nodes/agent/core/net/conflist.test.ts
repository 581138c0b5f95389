import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkEntry } from '../../../../schemas/wire/messages.ts';
import { renderConflist } from './conflist.ts';

const network: NetworkEntry = {
  key: 'network',
  type: 'network',
  nodeName: 'one',
  nodeAddress: '192.0.2.1',
  podCidr: '10.42.1.0/24',
  clusterCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
};

const bridge = {
  type: 'bridge',
  bridge: 'berth0',
  isGateway: true,
  forceAddress: true,
  ipMasq: false,
  hairpinMode: true,
  promiscMode: false,
  ipam: {
    type: 'host-local',
    dataDir: '/var/lib/berth/cni',
    ranges: [[{ subnet: '10.42.1.0/24' }]],
    routes: [{ dst: '0.0.0.0/0' }],
  },
};

test('pods hang on the bridge with addresses of the pod range', () => {
  assert.deepEqual(JSON.parse(renderConflist(network)), {
    cniVersion: '1.0.0',
    name: 'berth',
    plugins: [bridge],
  });
});

test('the MTU is set where one is given', () => {
  assert.deepEqual(JSON.parse(renderConflist(network, 1400)), {
    cniVersion: '1.0.0',
    name: 'berth',
    plugins: [{ ...bridge, mtu: 1400 }],
  });
});

test('the same network gives the same bytes', () => {
  assert.equal(renderConflist(network), renderConflist({ ...network }));
});
