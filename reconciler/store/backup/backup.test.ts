import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StoreRecord, StoreWrite } from '../../core/ports.ts';
import { openLogStore } from '../log/log-store.ts';
import type { LogStore } from '../log/log-store.ts';
import { checkBackup, readBackup } from './backup-format.ts';
import { restoreStore } from './restore.ts';

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-backup-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function puts(value: string, count = 500): readonly StoreWrite[] {
  return Array.from({ length: count }, (_, index): StoreWrite => {
    return { type: 'put', key: `/key/${String(index).padStart(4, '0')}`, value: Buffer.from(value) };
  });
}

async function recordsOf(path: string): Promise<readonly StoreRecord[]> {
  const records: StoreRecord[] = [];
  for await (const page of readBackup(path, await checkBackup(path))) records.push(...page);
  return records;
}

/** Takes a backup, with `meanwhile` between its first and its second chunk of records. */
async function backupDuring(store: LogStore, meanwhile: () => Promise<void>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.backup()) {
    chunks.push(chunk);
    if (chunks.length === 2) await meanwhile();
  }
  return Buffer.concat(chunks);
}

test('a backup shows one revision, whatever is committed and compacted meanwhile', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory: join(directory, 'store') });
    await store.commit(puts('before'));
    let compacting: Promise<void> | undefined;
    const bytes = await backupDuring(store, async () => {
      await store.commit(puts('after'));
      await store.commit([{ type: 'delete', key: '/key/0499' }]);
      compacting = store.compact(await store.revision());
      await store.commit([{ type: 'put', key: '/other', value: Buffer.from('x') }]);
    });
    await compacting;
    await store.close();
    const path = join(directory, 'backup');
    await writeFile(path, bytes);
    const records = await recordsOf(path);
    assert.equal(records.length, 500);
    for (const { value, modRevision, version } of records)
      assert.deepEqual([Buffer.from(value).toString(), modRevision, version], ['before', 1, 1]);
  }));

test('a restored store holds the records of the backup and none of the past, above both revisions', () =>
  inDirectory(async (directory) => {
    const path = join(directory, 'backup');
    const options = { directory: join(directory, 'store') };
    const store = await openLogStore(options);
    await store.commit(puts('kept', 20));
    await store.commit([{ type: 'put', key: '/big', value: Buffer.alloc(3 * 1024 * 1024, 7) }]);
    await writeFile(path, store.backup());
    for (let round = 0; round < 5; round++) await store.commit(puts('lost'));
    await store.close();

    const restored = await restoreStore({ ...options, file: path, nowMs: 0, progress: () => undefined });
    assert.equal(restored.formerStore, `${options.directory}.before-restore-19700101T000000Z`);
    assert.deepEqual([restored.records, restored.backupRevision, restored.revision], [21, 2, 8]);
    const again = await openLogStore(options);
    assert.equal((await again.list('')).records.length, 21);
    assert.equal((await again.get('/big'))?.value.byteLength, 3 * 1024 * 1024);
    const { signal } = new AbortController();
    const watch = again.watch('/', { after: 7, signal })[Symbol.asyncIterator]();
    await assert.rejects(
      watch.next(),
      /revision 7 has been compacted/u,
      'who watched the former store lists anew',
    );
    assert.deepEqual(await again.commit([{ type: 'delete', key: '/big', expected: 2 }]), {
      ok: true,
      revision: 9,
    });
    await again.close();
    const former = await openLogStore({ directory: restored.formerStore ?? '' });
    assert.equal(await former.revision(), 7);
    await former.close();
  }));
