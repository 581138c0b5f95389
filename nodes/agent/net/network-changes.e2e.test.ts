/** Real connections while services change, rules are flushed, and the agent dies. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TrialHost, TrialLab, type TrialNode, trialObstacle } from './trial/trial-lab.ts';
import { distinct, trialService } from './trial/trial-services.ts';

const options = { skip: trialObstacle() ?? false };
const clusterIP = '10.43.0.10';
const web = 'service/trial/web';

let lab: TrialLab;
let host: TrialHost;
let client: TrialNode;
let pods: readonly TrialNode[];

before(async () => {
  if (options.skip !== false) return;
  lab = new TrialLab(1);
  host = lab.host(0);
  await host.apply();
  client = await lab.addPod(host, 'client');
  pods = [await lab.addPod(host, 'one'), await lab.addPod(host, 'two'), await lab.addPod(host, 'three')];
});

after(async () => {
  if (options.skip === false) await lab[Symbol.asyncDispose]();
});

async function serve(...endpoints: readonly TrialNode[]): Promise<readonly string[]> {
  host.services = [trialService('web', clusterIP, endpoints, 30_080)];
  const { status, log } = await host.apply([web]);
  assert.deepEqual(status, { ready: true });
  return log;
}

function pod(index: number): TrialNode {
  const found = pods[index];
  assert.ok(found, `pod ${index}`);
  return found;
}

async function answers(times = 30): Promise<readonly string[]> {
  const all = await client.tell('ask', { protocol: 'tcp', address: clusterIP, port: 80, times });
  return distinct(all.map((answer) => answer.split(' ')[0] ?? ''));
}

test('an endpoint that leaves gets no new connection, and those that it has stay open', options, async () => {
  await serve(pod(0));
  assert.match(await client.tell('hold', { protocol: 'tcp', address: clusterIP, port: 80 }), /^one /);
  assert.deepEqual(await serve(pod(1), pod(2)), [], 'a change is a change, not a reload');
  assert.deepEqual(await answers(), ['three', 'two']);
  assert.equal(await client.tell('repeat', { text: 'still there' }), 'still there');
  assert.deepEqual(await serve(), []);
  assert.deepEqual(await answers(1), ['ECONNREFUSED']);
  assert.equal(await client.tell('repeat', { text: 'and still' }), 'and still');
});

test('no connection fails while endpoints come and go', options, async () => {
  await serve(...pods);
  const clients: readonly [string, TrialNode, { readonly address: string; readonly port: number }][] = [
    ['a pod', client, { address: clusterIP, port: 80 }],
    ['the host', host, { address: clusterIP, port: 80 }],
    ['outside', lab.outside, { address: host.address, port: 30_080 }],
  ];
  for (const [, node, target] of clients) await node.tell('startLoop', { protocol: 'tcp', ...target });
  for (let round = 0; round < 30; round += 1) {
    const kept = pods.filter((_, index) => index === round % 3 || (round >> index) % 2 === 1);
    assert.deepEqual(await serve(...kept), []);
  }
  for (const [name, node] of clients) {
    const { answered, failures } = await node.tell('stopLoop', {});
    assert.deepEqual(failures, [], `${name}: ${answered} answered`);
    assert.ok(answered > 100, `${name}: only ${answered} answered`);
  }
});

test('a UDP flow leaves an endpoint that is gone', options, async () => {
  await serve(pod(0));
  const flow = { protocol: 'udp' as const, address: clusterIP, port: 80, sourcePort: 5353 };
  assert.match(await client.tell('sameFlow', flow), /^one /);
  await serve(pod(0), pod(1));
  assert.match(await client.tell('sameFlow', flow), /^one /);
  await serve(pod(1));
  assert.match(await client.tell('sameFlow', flow), /^two /);
});

test('flushed rules come back with the next look, and with the next change', options, async () => {
  await serve(...pods);
  host.run('nft', 'flush', 'ruleset');
  const { log } = await host.apply();
  assert.match(log.join(), /removed or replaced by someone else/);
  assert.deepEqual(await answers(), ['one', 'three', 'two']);
  host.run('nft', 'delete', 'table', 'ip', 'berth');
  host.services = [trialService('web', clusterIP, pods.slice(0, 1))];
  assert.match((await host.apply([web])).log.join(), /a change of rules was refused: loading all of them/);
  assert.deepEqual(await answers(), ['one']);
  assert.deepEqual((await host.apply()).log, [], 'nothing is left to do');
});

test('routes that someone removed or added under our number are put right', options, async () => {
  host.run('ip', 'route', 'add', '10.42.200.0/24', 'via', '192.168.77.1', 'proto', '98');
  host.run('ip', 'route', 'add', '10.42.201.0/24', 'via', '192.168.77.1');
  await host.apply();
  assert.equal(host.run('ip', 'route', 'show', 'proto', '98').trim(), '');
  assert.match(host.run('ip', 'route', 'show'), /10\.42\.201\.0\/24/);
});

test('a peer that cannot be reached is told of, and holds up nothing else', options, async () => {
  const { peers } = host;
  host.peers = [
    { nodeName: 'far', address: '203.0.113.7', podCidr: '10.42.7.0/24' },
    { nodeName: 'near', address: '192.168.77.99', podCidr: '10.42.9.0/24' },
  ];
  const { status } = await host.apply(['peers/1']);
  assert.equal(status.ready, true);
  assert.match(
    status.message ?? '',
    /^route 10\.42\.7\.0\/24 via 203\.0\.113\.7: replace failed: .*(gateway|unreachable)/,
  );
  assert.match(
    host.run('ip', 'route', 'show', 'proto', '98'),
    /^10\.42\.9\.0\/24 via 192\.168\.77\.99 dev eth0\s*$/,
  );
  host.peers = peers;
  assert.deepEqual((await host.apply(['peers/1'])).status, { ready: true });
  assert.equal(host.run('ip', 'route', 'show', 'proto', '98').trim(), '');
});

test('another table than ours is left as it is', options, async () => {
  host.run('nft', 'add', 'table', 'ip', 'someone');
  await serve(...pods);
  await host.apply();
  assert.match(host.run('nft', 'list', 'tables'), /table ip someone/);
});

test(
  'connections go on without the agent, and a new one takes over without a failed one',
  options,
  async () => {
    await serve(...pods);
    await client.tell('startLoop', { protocol: 'tcp', address: clusterIP, port: 80 });
    for (let round = 0; round < 5; round += 1) {
      await host.kill();
      const { log } = await host.apply();
      assert.deepEqual(log, [], 'the CNI configuration was there already');
    }
    const { answered, failures } = await client.tell('stopLoop', {});
    assert.deepEqual(failures, [], `${answered} answered`);
    assert.deepEqual(await answers(), ['one', 'three', 'two']);
  },
);
