/**
 * The program that dies in the tests of crashes: `store-writer.ts DIRECTORY SEED`. It begins when its standard input
 * ends. Several writers commit at once, each commit several keys with one stamp, and compaction runs alongside. Each
 * commit is acknowledged with a line `REVISION STAMP`, in the very step in which it resolved.
 */
import { readFileSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import type { Store, StoreWrite } from '../../reconciler/core/ports.ts';
import { openLogStore } from '../../reconciler/store/log/log-store.ts';
import { keysPerCommit, writerCount, atomKey } from './store-atoms.ts';

/** Some values fill a few bytes of a page, others several pages. */
const paddingBytes = [0, 100, 1_500, 9_000] as const;

/** Every so many commits of a writer its keys are deleted instead. */
const deleteEvery = 7;

const stdin = 0;
const stdout = 1;

/** Small, so that kills also hit the making, the moving and the dropping of segments. */
const bytesMax = 128 * 1024 * 1024;

async function main([directory, seed]: readonly string[]): Promise<void> {
  if (directory === undefined || seed === undefined) throw new Error('usage: store-writer.ts DIRECTORY SEED');
  // A killed process would keep nothing of what it compiled.
  flushCompileCache();
  readFileSync(stdin);
  const store = await openLogStore({ directory, bytesMax });
  const before = await store.revision();
  const writers = Array.from({ length: writerCount }, (_, writer) => write(store, writer, seed));
  await Promise.all([...writers, compactUpTo(store, before)]);
}

async function write(store: Store, writer: number, seed: string): Promise<never> {
  for (let round = 0; ; round++) {
    const deletes = round % deleteEvery === deleteEvery - 1;
    const padding = '.'.repeat(paddingBytes[(round + writer) % paddingBytes.length] ?? 0);
    const stamp = `${deletes ? 'deleted' : 'put'}-${seed}-${writer}-${round}`;
    const value = Buffer.from(`${stamp}${padding}`);
    const writes = Array.from({ length: keysPerCommit }, (_, index): StoreWrite => {
      const key = atomKey(writer, index);
      return deletes ? { type: 'delete', key } : { type: 'put', key, value };
    });
    const result = await store.commit(writes);
    if (!result.ok) throw new Error('an unconditional commit conflicted');
    writeSync(stdout, `${result.revision} ${stamp}\n`);
  }
}

/** Step by step, so that most kills hit a compaction too. Never above where this run began: the test reads on from there. */
async function compactUpTo(store: Store, last: number): Promise<void> {
  for (let revision = Math.max(0, last - 200); revision <= last; revision += 20)
    await store.compact(revision);
}

await main(process.argv.slice(2));
