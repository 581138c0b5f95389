import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLogStore } from '../../reconciler/store/log/log-store.ts';
import { DoomedProcess } from './kill.ts';
import { KnownState, parseAcknowledgement } from './known-state.ts';

const kills = 300;

/** Counted from the first acknowledgement: from amid the first commits to hundreds of them later. */
const lifeMsMax = 60;

test(`kill -9 during commits, ${kills} times: no acknowledged write is lost, no commit is there by half`, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'berth-kill-'));
  let next = writer(directory, 0);
  try {
    const known = new KnownState();
    let acknowledged = 0;
    for (let kill = 0; kill < kills; kill++) {
      const lines = await next.runAndKill(Math.random() * lifeMsMax);
      next = writer(directory, kill + 1);
      const acknowledgements = lines.map(parseAcknowledgement);
      acknowledged += acknowledgements.length;
      const store = await openLogStore({ directory });
      await known.advance(store, acknowledgements);
      await store.close();
    }
    t.diagnostic(`${acknowledged} acknowledged commits checked, revision ${known.revision}`);
  } finally {
    next.kill();
    await rm(directory, { recursive: true });
  }
});

function writer(directory: string, seed: number): DoomedProcess {
  const main = join(import.meta.dirname, 'store-writer.ts');
  return new DoomedProcess({ command: process.execPath, args: [main, directory, String(seed)] });
}
