/** Three reconcilers on one etcd: the leader is killed again and again under a load of writes through all their APIs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type BerthProcess, eventually } from '../../fixtures/lab/berth-process.ts';
import { Reconcilers } from './reconcilers.ts';

const kills = 20;
const writers = 6;
/** Shorter than the default, for the sake of the test's length. */
const leaseSeconds = 3;
/** What is promised: a new leader leads within so long. */
const newLeaderMs = 10_000;
const configMaps = '/api/v1/namespaces/default/configmaps';

interface ConfigMapList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly data: { readonly value: string };
  }[];
}

/** Puts ever greater numbers into one ConfigMap, through whichever reconciler answers; notes what was acknowledged. */
async function writeOn(
  { all }: Reconcilers,
  name: string,
  acknowledged: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  let made = false;
  for (let turn = 0; !signal.aborted; turn++) {
    const berth = all[turn % all.length] as BerthProcess;
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { value: String(turn) },
    };
    try {
      if (made) await berth.api('PUT', `${configMaps}/${name}`, body);
      else await berth.api('POST', configMaps, body);
      made = true;
      acknowledged.set(name, turn);
    } catch (error) {
      // The answer to the first write may have been lost with the reconciler that made it.
      if (/answered 409/.test(String(error))) made = true;
      else if (!/ECONN|socket hang up|ENOENT|EPIPE|answered 50[034]/.test(String(error))) throw error;
      await pause(20);
    }
  }
}

async function checkAcknowledged(
  berth: BerthProcess,
  acknowledged: ReadonlyMap<string, number>,
  when: string,
): Promise<void> {
  const expected = [...acknowledged];
  const list = await berth.api<ConfigMapList>('GET', configMaps);
  const found = new Map(list.items.map((item) => [item.metadata.name, Number(item.data.value)]));
  for (const [name, number] of expected)
    assert.ok((found.get(name) ?? -1) >= number, `${when}: ${name} holds ${found.get(name)}, not ${number}`);
}

test(`killing the leader ${kills} times loses no acknowledged write, and a new one leads within ${newLeaderMs / 1000} s`, async () => {
  const reconcilers = await Reconcilers.open(leaseSeconds);
  const load = new AbortController();
  const acknowledged = new Map<string, number>();
  try {
    for (let index = 0; index < 3; index++) await reconcilers.add();
    const writing = Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        writeOn(reconcilers, `writer-${writer}`, acknowledged, load.signal),
      ),
    );
    let leader = await reconcilers.leader(0, newLeaderMs);
    let restarting: Promise<void> = Promise.resolve();
    for (let round = 1; round <= kills; round++) {
      const { berth: killed, epoch } = leader;
      await killed.kill();
      // The one before it comes back while the next one takes over; one of three always runs.
      await restarting;
      restarting = killed.start();
      leader = await reconcilers.leader(epoch, newLeaderMs);
      assert.equal(leader.epoch, epoch + 1, 'each leader has the next epoch');
      for (const berth of reconcilers.all)
        if (berth !== killed) await checkAcknowledged(berth, acknowledged, `kill ${round}`);
      await pause(Math.random() * 300);
    }
    await restarting;
    load.abort();
    await writing;
    for (const berth of reconcilers.all) await checkAcknowledged(berth, acknowledged, 'at the end');
    assert.equal(acknowledged.size, writers);
    assert.ok([...acknowledged.values()].every((number) => number > kills));
    await checkLoops(reconcilers, leader.berth, leader.identity);
  } finally {
    load.abort();
    await reconcilers.dispose();
  }
});

/** What a follower's API takes, the leader's loops act upon; what needs a host is refused with the leader's name. */
async function checkLoops({ all }: Reconcilers, leader: BerthProcess, identity: string): Promise<void> {
  const follower = all.find((berth) => berth !== leader) as BerthProcess;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'late' } };
  await follower.api('POST', '/api/v1/namespaces', body);
  await eventually('the default service account of a namespace that a follower took', async () => {
    const accounts = await follower.api<{ readonly items: readonly unknown[] }>(
      'GET',
      '/api/v1/namespaces/late/serviceaccounts',
    );
    return accounts.items.length === 1 ? accounts : undefined;
  });
  const scan = follower.api('GET', '/apis/berth.dev/v1alpha1/hostkeys?address=127.0.0.1&port=1');
  await assert.rejects(
    scan,
    (error: Error) => /answered 503/.test(error.message) && error.message.includes(identity),
  );
}
