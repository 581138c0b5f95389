/** A cluster on a store in memory, with the namespace `default`, followed until the test ends. */
import assert from 'node:assert/strict';
import type { Namespace } from '../../schemas/kubernetes/types/core-v1.ts';
import type { Change } from '../../reconciler/core/model/plan.ts';
import type { Clock, Random, Store } from '../../reconciler/core/ports.ts';
import { networkDefaults } from '../../reconciler/core/registry/allocate.ts';
import { Cluster } from '../../reconciler/loop/cluster.ts';
import { takeLead } from '../../reconciler/loop/leadership.ts';
import { settled } from './hand-clock.ts';
import { createMemoryStore } from '../../reconciler/store/memory/memory-store.ts';

/** What node:test gives a test, as far as a trial needs it. */
export interface TestContext {
  readonly after: (run: () => Promise<void>) => void;
}

/** A second one on the same store is a restart: it takes the lead from the first. */
export async function memoryCluster(
  context: TestContext,
  clock: Clock,
  store: Store = createMemoryStore(),
): Promise<Cluster> {
  let uids = 0;
  const random: Random = { next: () => 0.5, uuid: () => `uid-${String(++uids)}` };
  const leadership = await takeLead(store);
  const cluster = await Cluster.load({ store, clock, random, settings: networkDefaults, leadership });
  const stop = new AbortController();
  const followed = cluster.follow(stop.signal);
  context.after(async () => {
    stop.abort();
    await followed;
  });
  if (cluster.view.get<Namespace>('v1', 'Namespace', '', 'default') === undefined) {
    const object: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
    await submitted(cluster, { type: 'create', object });
  }
  return cluster;
}

/** Commits changes that must be taken. */
export async function submitted(cluster: Cluster, ...changes: readonly Change[]): Promise<void> {
  const result = await cluster.submit(changes);
  assert.equal(result.ok, true, result.ok ? '' : result.problem.message);
  await settled();
}
