/** Real connections between hosts and pods of namespaces, through the rules, routes and bridge that Berth makes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TrialHost, TrialLab, type TrialNode, trialObstacle } from './trial/trial-lab.ts';
import { distinct, tally, trialService } from './trial/trial-services.ts';

const options = { skip: trialObstacle() ?? false };
const [everyPod, noPod, onePod, awayPod] = ['10.43.0.10', '10.43.0.11', '10.43.0.12', '10.43.0.13'];
const nodePort = 30_080;

let lab: TrialLab;
let host: TrialHost;
let other: TrialHost;
/** Two pods on `host`, one on `other`. */
let here: TrialNode;
let beside: TrialNode;
let away: TrialNode;

before(async () => {
  if (options.skip !== false) return;
  lab = new TrialLab(2);
  [host, other] = [lab.host(0), lab.host(1)];
  for (const one of lab.hosts) await one.apply();
  here = await lab.addPod(host, 'here');
  beside = await lab.addPod(host, 'beside');
  away = await lab.addPod(other, 'away');
  await lab.outside.tell('serve', { name: 'outside', port: 8080 });
  for (const one of lab.hosts) {
    one.services = [
      trialService('every', everyPod, [here, beside, away], nodePort),
      trialService('none', noPod, [], nodePort + 1),
      trialService('one', onePod, [here]),
      trialService('away', awayPod, [away], nodePort + 2),
    ];
    one.hostPorts = [{ protocol: 'TCP', hostPort: 8888, podIP: here.address, containerPort: 8080 }];
    await one.apply();
  }
  other.hostPorts = [];
  await other.apply(['hostPorts']);
});

after(async () => {
  if (options.skip === false) await lab[Symbol.asyncDispose]();
});

async function ask(from: TrialNode, protocol: 'tcp' | 'udp', address: string, port: number, times = 24) {
  return await from.tell('ask', { protocol, address, port, times });
}

test(
  'a pod reaches every endpoint of a service with its own address, itself through the bridge',
  options,
  async () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      assert.deepEqual(distinct(await ask(here, protocol, everyPod, 80)), [
        `away ${here.address}`,
        `beside ${here.address}`,
        'here 10.42.0.1',
      ]);
    }
  },
);

test('connections spread evenly over the endpoints', options, async () => {
  const counts = [...tally(await ask(away, 'tcp', everyPod, 80, 900)).values()];
  assert.equal(counts.length, 3);
  // 300 each with a standard deviation of 14: six of them leave one false alarm in a hundred million.
  for (const count of counts) assert.ok(Math.abs(count - 300) < 85, `${counts.join(', ')} of 900`);
});

test('a service of the asking pod alone comes back to it', options, async () => {
  assert.deepEqual(distinct(await ask(here, 'tcp', onePod, 80)), ['here 10.42.0.1']);
  assert.deepEqual(distinct(await ask(here, 'udp', onePod, 80)), ['here 10.42.0.1']);
});

test('the host itself reaches services, also by its own node port', options, async () => {
  const seen = ['away', 'beside', 'here'].map((name) => `${name} ${host.address}`);
  assert.deepEqual(distinct(await ask(host, 'tcp', everyPod, 80)), seen);
  assert.deepEqual(distinct(await ask(host, 'udp', everyPod, 80)), seen);
  assert.deepEqual(distinct(await ask(host, 'tcp', host.address, nodePort)), seen);
});

test('a node port answers on every host; a pod of that host sees the true client', options, async () => {
  for (const protocol of ['tcp', 'udp'] as const) {
    assert.deepEqual(distinct(await ask(lab.outside, protocol, host.address, nodePort)), [
      `away ${host.address}`,
      `beside ${lab.outside.address}`,
      `here ${lab.outside.address}`,
    ]);
    assert.deepEqual(distinct(await ask(lab.outside, protocol, other.address, nodePort + 2)), [
      `away ${lab.outside.address}`,
    ]);
  }
});

test('a pod reaches node ports of its own and of the other host', options, async () => {
  assert.deepEqual(distinct(await ask(here, 'tcp', host.address, nodePort + 2, 4)), [`away ${here.address}`]);
  assert.deepEqual(distinct(await ask(here, 'tcp', other.address, nodePort + 2, 4)), [
    `away ${host.address}`,
  ]);
});

test('node ports are not served on loopback', options, async () => {
  assert.deepEqual(await ask(host, 'tcp', '127.0.0.1', nodePort, 1), ['ECONNREFUSED']);
});

test('without endpoints, TCP and UDP are refused at once', options, async () => {
  for (const client of [here, host]) {
    assert.deepEqual(await ask(client, 'tcp', noPod, 80, 1), ['ECONNREFUSED']);
    assert.deepEqual(await ask(client, 'udp', noPod, 80, 1), ['ECONNREFUSED']);
  }
  assert.deepEqual(await ask(lab.outside, 'tcp', host.address, nodePort + 1, 1), ['ECONNREFUSED']);
});

test('a port that the service lacks and an address that no service has are refused', options, async () => {
  for (const client of [beside, host]) {
    assert.deepEqual(await ask(client, 'tcp', everyPod, 81, 1), ['ECONNREFUSED']);
    assert.deepEqual(await ask(client, 'tcp', '10.43.9.9', 80, 1), ['ECONNREFUSED']);
  }
});

test(
  'pods talk to pods with their own addresses, and to the outside with that of their host',
  options,
  async () => {
    assert.deepEqual(await ask(here, 'tcp', away.address, 8080, 1), [`away ${here.address}`]);
    assert.deepEqual(await ask(away, 'udp', beside.address, 8080, 1), [`beside ${away.address}`]);
    assert.deepEqual(await ask(here, 'tcp', lab.outside.address, 8080, 1), [`outside ${host.address}`]);
    assert.deepEqual(await ask(away, 'udp', lab.outside.address, 8080, 1), [`outside ${other.address}`]);
  },
);

test("a pod's host port answers on its host alone", options, async () => {
  assert.deepEqual(await ask(lab.outside, 'tcp', host.address, 8888, 1), [`here ${lab.outside.address}`]);
  assert.deepEqual(await ask(here, 'tcp', host.address, 8888, 1), ['here 10.42.0.1']);
  assert.deepEqual(await ask(lab.outside, 'tcp', other.address, 8888, 1), ['ECONNREFUSED']);
});

test("only Berth's own table and routes are there", options, () => {
  assert.equal(host.run('nft', 'list', 'tables').trim(), 'table ip berth');
  assert.match(
    host.run('ip', 'route', 'show', 'proto', '98'),
    /^10\.42\.1\.0\/24 via 192\.168\.77\.12 dev eth0\s*$/,
  );
});
