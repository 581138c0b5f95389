/** Clients that keep their endpoint, by real connections. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TrialHost, TrialLab, type TrialNode, trialObstacle } from './trial/trial-lab.ts';
import { distinct, trialService } from './trial/trial-services.ts';

const options = { skip: trialObstacle() ?? false };
const clusterIP = '10.43.0.10';
const nodePort = 30_080;

let lab: TrialLab;
let host: TrialHost;
let client: TrialNode;
/** In the order of `names`. */
let pods: readonly TrialNode[];
const names = ['one', 'two', 'three'];

before(async () => {
  if (options.skip !== false) return;
  lab = new TrialLab(1);
  host = lab.host(0);
  await host.apply();
  client = await lab.addPod(host, 'client');
  pods = await Promise.all(names.map((name) => lab.addPod(host, name)));
});

after(async () => {
  if (options.skip === false) await lab[Symbol.asyncDispose]();
});

async function serve(endpoints: readonly TrialNode[], affinitySeconds?: number): Promise<void> {
  const service = trialService('web', clusterIP, endpoints, nodePort);
  host.services = [affinitySeconds === undefined ? service : { ...service, affinitySeconds }];
  const { status } = await host.apply(['service/trial/web']);
  assert.deepEqual(status, { ready: true });
}

async function answers(protocol: 'tcp' | 'udp', address = clusterIP, port = 80): Promise<readonly string[]> {
  const all = await client.tell('ask', { protocol, address, port, times: 24 });
  return distinct(all.map((answer) => answer.split(' ')[0] ?? ''));
}

test(
  'a client stays with its endpoint while others come and go, and draws again when it is gone',
  options,
  async () => {
    await serve(pods, 60);
    const first = await answers('tcp');
    assert.equal(first.length, 1);
    const kept = pods[names.indexOf(first[0] ?? '')];
    assert.ok(kept !== undefined);
    for (const other of pods.filter((pod) => pod !== kept)) {
      await serve([other, kept], 60);
      assert.deepEqual(await answers('tcp'), first);
    }
    await serve(pods, 60);
    assert.deepEqual(await answers('tcp'), first);
    await serve(
      pods.filter((pod) => pod !== kept),
      60,
    );
    const second = await answers('tcp');
    assert.equal(second.length, 1);
    assert.notDeepEqual(second, first);
  },
);

test('UDP and node ports are kept too', options, async () => {
  await serve(pods, 60);
  assert.equal((await answers('udp')).length, 1);
  assert.equal((await answers('tcp', host.address, nodePort)).length, 1);
});

test('without affinity, and when its time is over, clients are spread again', options, async () => {
  await serve(pods);
  assert.equal((await answers('tcp')).length, 3);
  await serve(pods, 1);
  const seen = new Set<string>();
  for (let round = 0; round < 12 && seen.size < 2; round++) {
    for (const name of await answers('tcp')) seen.add(name);
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  assert.ok(seen.size > 1, 'an endpoint was kept for longer than a second');
});
