import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkEntry, NetworkPeer } from '../../../../schemas/wire/messages.ts';
import { planRoutes, renderRouteCommands } from './routes.ts';

const network: NetworkEntry = {
  key: 'network',
  type: 'network',
  nodeName: 'one',
  nodeAddress: '192.0.2.1',
  podCidr: '10.42.1.0/24',
  clusterCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
};
const twoPeers: readonly NetworkPeer[] = [
  { nodeName: 'three', address: '192.0.2.3', podCidr: '10.42.3.0/24' },
  { nodeName: 'two', address: '192.0.2.2', podCidr: '10.42.2.0/24' },
];

test('a route to each peer; a second plan has nothing to do', () => {
  const { commands, problems } = planRoutes(network, twoPeers, []);
  assert.equal(
    renderRouteCommands(commands),
    'route replace 10.42.2.0/24 via 192.0.2.2 proto 98\nroute replace 10.42.3.0/24 via 192.0.2.3 proto 98\n',
  );
  assert.deepEqual(problems, []);
  const observed = commands.map(({ route }) => route);
  assert.deepEqual(planRoutes(network, twoPeers, observed), { commands: [], problems: [] });
});

test('a peer that moved is replaced, one that left is deleted first', () => {
  const observed = [
    { destination: '10.42.2.0/24', via: '192.0.2.2' },
    { destination: '10.42.3.0/24', via: '192.0.2.33' },
    { destination: '10.42.9.7', via: '192.0.2.9' },
  ];
  assert.equal(
    renderRouteCommands(planRoutes(network, twoPeers, observed).commands),
    'route delete 10.42.9.7 via 192.0.2.9 proto 98\nroute replace 10.42.3.0/24 via 192.0.2.3 proto 98\n',
  );
});

test('a peer without usable addresses is told of and holds up no other', () => {
  const peers = [
    { nodeName: 'five', address: 'fd00::5', podCidr: '10.42.5.0/24' },
    { nodeName: 'four', address: '192.0.2.4', podCidr: '10.42.4.0' },
    { nodeName: 'six', address: '192.0.2.6', podCidr: '10.42.1.0/24' },
    ...twoPeers,
  ];
  const { commands, problems } = planRoutes(network, peers, []);
  assert.equal(commands.length, 2);
  assert.deepEqual(problems, [
    "peer five: expected an IPv4 address, got 'fd00::5'",
    "peer four: expected an IPv4 range as its pod range, got '10.42.4.0'",
    "peer six: its pod range 10.42.1.0/24 is this host's own",
  ]);
});

test('the host itself among its peers is no peer', () => {
  const peers = [{ nodeName: 'one', address: '192.0.2.1', podCidr: '10.42.1.0/24' }];
  assert.deepEqual(planRoutes(network, peers, []), { commands: [], problems: [] });
});
