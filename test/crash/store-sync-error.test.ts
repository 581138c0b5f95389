/**
 * A disk that fails a write or a sync: the store ends rather than believe it, and what was acknowledged before is
 * there when it comes back. The errors are strace's, injected into the system calls of a real process.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openLogStore } from '../../reconciler/store/log/log-store.ts';
import { KnownState, parseAcknowledgement } from './known-state.ts';

/** What fails, and from which call of a thread on; the first ones are those of opening the store. */
const faults = [
  { call: 'fdatasync', error: 'EIO', from: 3 },
  { call: 'fdatasync', error: 'EIO', from: 12 },
  { call: 'fdatasync', error: 'EIO', from: 30 },
  { call: 'fdatasync', error: 'ENOSPC', from: 9 },
  { call: 'pwrite64', error: 'EIO', from: 60 },
  { call: 'pwrite64', error: 'ENOSPC', from: 150 },
] as const;

/** Runs store-writer.ts under strace until the fault ends it. */
async function runUntilFault(
  directory: string,
  seed: number,
  { call, error, from }: (typeof faults)[number],
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(
    'strace',
    [
      ...['-f', '-qqq', '-o', '/dev/null', '-e', `trace=${call}`],
      ...['-e', `inject=${call}:error=${error}:when=${from}+`],
      ...[process.execPath, '--disable-warning=ExperimentalWarning'],
      ...[join(import.meta.dirname, 'store-writer.ts'), directory, String(seed)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

test('a write or sync that fails ends the store; nothing acknowledged is lost, the revision never falls', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'berth-sync-'));
  try {
    const known = new KnownState();
    for (const [seed, fault] of faults.entries()) {
      const { code, stdout, stderr } = await runUntilFault(directory, seed, fault);
      assert.notEqual(code, 0, `${fault.call} failed, and the process ended as if nothing had happened`);
      assert.match(stderr, new RegExp(`StoreFailedError: .*${fault.error}`, 'u'));
      const acknowledgements = stdout.split('\n').filter((line) => line !== '');
      const store = await openLogStore({ directory });
      await known.advance(store, acknowledgements.map(parseAcknowledgement));
      await store.close();
      t.diagnostic(`${fault.call} ${fault.error}: ${acknowledgements.length} commits acknowledged before`);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});
