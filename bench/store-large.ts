/**
 * One process with an embedded store of many objects under a steady load: `store-large.ts DIRECTORY OBJECTS SECONDS`.
 * Prints one line of JSON. A process of its own, so that its memory is the store's.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openLogStore } from '../reconciler/store/log/log-store.ts';
import { percentile } from './figures.ts';
import { Writers } from './store-load.ts';
import { embeddedPeer } from './store-peers.ts';

const writers = 64;
const compactEveryMs = 5_000;
const mebibyte = 1024 * 1024;

export interface LargeFigures {
  readonly objects: number;
  readonly writesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The longest that one commit took. */
  readonly stallMs: number;
  /** The longest that the event loop was held up. */
  readonly loopStallMs: number;
  readonly residentMiB: number;
  readonly diskMiB: number;
  readonly openMs: number;
}

async function main([directory = '', objects = '', seconds = '']: readonly string[]): Promise<void> {
  const first = await openLogStore({ directory });
  const loader = new Writers(embeddedPeer(first), Number(objects));
  await loader.fill(writers);
  const compacting = setInterval(() => void compact(first), compactEveryMs);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const { perSecond, latenciesMs } = await loader.run(Number(seconds) * 1000, writers);
  delay.disable();
  clearInterval(compacting);
  const residentMiB = process.memoryUsage().rss / mebibyte;
  await compact(first);
  await first.close();
  const diskMiB = diskBytes(directory) / mebibyte;
  const began = performance.now();
  await (await openLogStore({ directory })).close();
  const figures: LargeFigures = {
    objects: Number(objects),
    writesPerSecond: perSecond,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    stallMs: latenciesMs.reduce((most, latency) => Math.max(most, latency), 0),
    loopStallMs: delay.max / 1e6,
    residentMiB,
    diskMiB,
    openMs: performance.now() - began,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

let compacted = 0;

/** As the reconciler does: history of one interval is kept. */
async function compact(store: Awaited<ReturnType<typeof openLogStore>>): Promise<void> {
  const revision = await store.revision();
  if (compacted > 0) await store.compact(compacted);
  compacted = revision;
}

function diskBytes(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

await main(process.argv.slice(2));
