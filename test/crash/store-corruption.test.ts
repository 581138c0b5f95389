/** Damage to any byte of the store is found when it is opened, said clearly, and mended by restoring a backup. */
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StoreWrite } from '../../reconciler/core/ports.ts';
import { StoreFailedError } from '../../reconciler/core/ports.ts';
import { restoreStore } from '../../reconciler/store/backup/restore.ts';
import { openLogStore } from '../../reconciler/store/log/log-store.ts';
import type { LogStore } from '../../reconciler/store/log/log-store.ts';
import { markFile } from '../../reconciler/store/log/acknowledged-mark.ts';

const corruptions = 100;

/** Small, so that there are several segments, and records that moved from one to another. */
const bytesMax = 16 * 1024 * 1024;

/** Ways in which bytes on a disk go wrong; each changes the file. `at` is where, as a share of its length. */
const damages: Readonly<Record<string, (path: string, at: number) => void>> = {
  'a flipped bit': (path, at) => change(path, at, 1, (byte) => byte ^ (1 << Math.floor(Math.random() * 8))),
  'a byte replaced': (path, at) =>
    change(path, at, 1, (byte) => (byte + 1 + Math.floor(Math.random() * 255)) % 256),
  'a sector of zeros': (path, at) => change(path, at, 512, () => 0),
  'a page of noise': (path, at) =>
    change(path, at, 4096, (byte) => byte ^ (1 + Math.floor(Math.random() * 255))),
  'a truncated file': (path, at) => truncateSync(path, Math.floor(statSync(path).size * at)),
};

/** Changes bytes in place; goes on to the next ones where it would leave them as they are. */
function change(path: string, at: number, length: number, to: (byte: number) => number): void {
  const bytes = readFileSync(path);
  const start = Math.min(Math.floor(bytes.length * at), bytes.length - 1);
  let changed = 0;
  for (let index = start, left = length; left > 0 || changed === 0; index++, left--) {
    const place = index % bytes.length;
    const before = bytes[place] ?? 0;
    bytes[place] = to(before);
    if (bytes[place] !== before) changed++;
  }
  writeFileSync(path, bytes);
}

/** The files of a store that hold data, each as often as it is long: damage falls on bytes, not on files. */
function pickFile(directory: string): string {
  const files = readdirSync(directory).filter((name) => name.endsWith('.log') || name === markFile);
  const sizes = files.map((name) => statSync(join(directory, name)).size);
  let point = Math.random() * sizes.reduce((sum, size) => sum + size, 0);
  const index = sizes.findIndex((size) => (point -= size) < 0);
  return join(directory, files[index] ?? markFile);
}

/** Records of several sizes, updates, deletions, compactions: what fills, moves and drops segments. */
async function fill(store: LogStore): Promise<void> {
  for (let round = 0; round < 30; round++) {
    const before = await store.revision();
    const writes = Array.from({ length: 60 }, (_, index): StoreWrite[] => {
      const key = `/registry/${index}`;
      if (round % 5 === 4 && index % 7 === 0) return [{ type: 'delete', key }];
      if (round > 2 && index >= 50) return [];
      return [{ type: 'put', key, value: Buffer.from(`${round} `.repeat(1 + index * 40)) }];
    });
    await Promise.all(writes.map((each) => store.commit(each)));
    if (round % 8 === 7) await store.compact(before);
  }
}

async function contentOf(store: LogStore): Promise<ReadonlyMap<string, string>> {
  const { records } = await store.list('');
  return new Map(
    records.map(({ key, value, ...numbers }) => [
      key,
      `${JSON.stringify(numbers)} ${Buffer.from(value).toString('latin1')}`,
    ]),
  );
}

/** A store, one copy of it as a killed process leaves it and one closed, and a backup. */
async function prepare(root: string): Promise<{
  readonly originals: readonly string[];
  readonly backup: string;
  readonly content: ReadonlyMap<string, string>;
  readonly revision: number;
}> {
  const closed = join(root, 'closed');
  const killed = join(root, 'killed');
  const backup = join(root, 'backup');
  const store = await openLogStore({ directory: closed, bytesMax });
  await fill(store);
  await writeFile(backup, store.backup());
  const content = await contentOf(store);
  const revision = await store.revision();
  cpSync(closed, killed, { recursive: true });
  await store.close();
  return { originals: [closed, killed], backup, content, revision };
}

test(`${corruptions} random corruptions: each is told at start, and a restored backup is whole`, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'berth-corrupt-'));
  try {
    const { originals, backup, content, revision } = await prepare(root);
    const names = Object.keys(damages);
    for (let index = 0; index < corruptions; index++) {
      const directory = join(root, `store-${index}`);
      cpSync(originals[index % originals.length] ?? '', directory, { recursive: true });
      const name = names[index % names.length] ?? '';
      const path = pickFile(directory);
      const at = Math.random();
      damages[name]?.(path, at);
      const what = `${name} at ${at.toFixed(4)} of ${path}`;
      const damaged = readFileSync(path);
      await assert.rejects(
        openLogStore({ directory, bytesMax }).then((store) => store.close()),
        (error) => {
          assert.ok(error instanceof StoreFailedError, `${what}: ${String(error)}`);
          return /damaged: .+; bring the last backup back with 'berth restore FILE'/u.test(error.message);
        },
        what,
      );
      assert.ok(readFileSync(path).equals(damaged), `${what}: the evidence was changed`);
      await restoreStore({ directory, file: backup, nowMs: Date.now(), progress: () => undefined });
      const restored = await openLogStore({ directory, bytesMax });
      assert.deepEqual(await contentOf(restored), content, what);
      assert.ok((await restored.revision()) > revision, `${what}: the revision fell`);
      await restored.close();
      for (const entry of readdirSync(root))
        if (entry.startsWith('store-')) rmSync(join(root, entry), { recursive: true });
    }
    t.diagnostic(`${originals.length} stores, ${readdirSync(originals[0] ?? '').length} files`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('a byte changed anywhere in a small store is found', async () => {
  const root = mkdtempSync(join(tmpdir(), 'berth-corrupt-'));
  try {
    const original = join(root, 'original');
    const store = await openLogStore({ directory: original });
    await store.commit([{ type: 'put', key: '/a', value: Buffer.from('1') }]);
    await store.commit([{ type: 'put', key: '/a', value: Buffer.alloc(100) }]);
    await store.compact(1);
    await store.commit([{ type: 'delete', key: '/a' }]);
    await store.close();
    for (const name of ['0000000001.log', markFile]) {
      const path = join(original, name);
      const bytes = readFileSync(path);
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x41;
        writeFileSync(path, changed);
        await assert.rejects(
          openLogStore({ directory: original }).then((opened) => opened.close()),
          StoreFailedError,
          `byte ${at} of ${name}`,
        );
      }
      writeFileSync(path, bytes);
    }
    await (await openLogStore({ directory: original })).close();
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
