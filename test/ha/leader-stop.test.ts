/** A leader that is stopped in the middle of its work, and goes on when another leads: it must write nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { BerthProcess } from '../../fixtures/lab/berth-process.ts';
import { EtcdClient } from '../../reconciler/store/etcd/etcd-client.ts';
import { EtcdKeys } from '../../reconciler/store/etcd/etcd-keys.ts';
import { Reconcilers } from './reconcilers.ts';

const leaseSeconds = 2;
/** How long the leader sleeps; longer than its lease in any case. `BERTH_TEST_STOP_MS=30000` for the long one. */
const stopMs = Number(process.env.BERTH_TEST_STOP_MS ?? 6_000);
/** How long the one that woke is watched. */
const watchedMs = 5_000;
const newLeaderMs = 10_000;

/** The stores that have written after `revision`, by the markers that each leaves with its commits. */
async function writersAfter(client: EtcdClient, revision: number): Promise<ReadonlySet<string>> {
  const prefix = new EtcdKeys('/berth').hidden('commit/');
  const rangeEnd = Buffer.from(prefix);
  rangeEnd[rangeEnd.length - 1] = (rangeEnd.at(-1) ?? 0) + 1;
  const { kvs } = await client.call('Range', { key: prefix, rangeEnd });
  const recent = kvs.filter((kv) => kv.modRevision > revision);
  return new Set(
    recent.map(({ key }) => Buffer.from(key.subarray(prefix.length)).toString().split('/')[0] ?? ''),
  );
}

async function makeNamespaces(berth: BerthProcess, round: string, signal: AbortSignal): Promise<number> {
  let made = 0;
  while (!signal.aborted) {
    const metadata = { name: `${round}-${made}` };
    await berth.api('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
    made++;
    await pause(50);
  }
  return made;
}

function reconcilerPid(berth: BerthProcess): number {
  const pid = berth.pids[1];
  assert.ok(pid !== undefined, 'the reconciler runs');
  return pid;
}

test(`a leader stopped for ${stopMs / 1000} s writes nothing after it wakes, and follows`, async () => {
  const reconcilers = await Reconcilers.open(leaseSeconds);
  const client = new EtcdClient({ endpoints: [reconcilers.etcd.url] });
  const load = new AbortController();
  try {
    const first = await reconcilers.add();
    const before = await reconcilers.leader(0, newLeaderMs);
    assert.equal(before.berth, first);
    const ownOfFirst = await writersAfter(client, 0);
    assert.equal(ownOfFirst.size, 1);
    const second = await reconcilers.add();
    // Work for the loops of whoever leads: each namespace gets an account and a root certificate.
    const making = makeNamespaces(second, 'load', load.signal);
    await pause(500);
    process.kill(reconcilerPid(first), 'SIGSTOP');
    const stoppedAt = await reconcilers.store.revision();
    const after = await reconcilers.leader(before.epoch, newLeaderMs);
    assert.equal(after.berth, second);
    await pause(stopMs - (leaseSeconds + 1) * 1000);
    const wokenAt = await reconcilers.store.revision();
    process.kill(reconcilerPid(first), 'SIGCONT');
    await pause(watchedMs);
    const wroteSince = await writersAfter(client, wokenAt);
    assert.equal(wroteSince.size, 1, 'the one that leads writes on');
    assert.deepEqual(
      [...wroteSince].filter((writer) => ownOfFirst.has(writer)),
      [],
    );
    assert.ok(wokenAt > stoppedAt);
    load.abort();
    const made = await making;
    assert.ok(made > 10);
    // It follows: its API shows what the other wrote, and it says that it leads no longer.
    await first.api('GET', `/api/v1/namespaces/load-${made - 1}`);
    assert.ok(first.lines.some((line) => line.includes('no longer leads')));
    // And it leads again when it is its turn.
    await second.kill();
    const again = await reconcilers.leader(after.epoch, newLeaderMs);
    assert.equal(again.berth, first);
    assert.equal(again.epoch, after.epoch + 1);
  } finally {
    load.abort();
    client.close();
    await reconcilers.dispose();
  }
});
