import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreFailedError, StoreLimitError } from '../../core/ports.ts';
import type { StoreWrite } from '../../core/ports.ts';
import { openLmdbStore } from './lmdb-store.ts';
import { StoreInUseError } from './owner-lock.ts';

const marker = 'the value that rots';

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-lmdb-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function put(key: string, value: string): StoreWrite {
  return { type: 'put', key, value: Buffer.from(value) };
}

/** Flips one bit in every copy of marker within the data file. */
async function rot(directory: string): Promise<number> {
  const file = join(directory, 'data.mdb');
  const data = await readFile(file);
  let found = 0;
  for (let at = data.indexOf(marker); at >= 0; at = data.indexOf(marker, at + 1), found++)
    data.writeUInt8(data.readUInt8(at + 4) ^ 0x10, at + 4);
  await writeFile(file, data);
  return found;
}

test('a flipped bit in a record ends the store, naming the key', () =>
  inDirectory(async (directory) => {
    const whole = await openLmdbStore({ directory });
    await whole.commit([put('/sound', 'x'), put('/rotten', marker)]);
    await whole.close();
    assert.ok((await rot(directory)) > 0);

    const store = await openLmdbStore({ directory });
    const damage = (error: unknown): boolean =>
      error instanceof StoreFailedError && error.message.includes('the checksum of /rotten does not match');
    assert.equal((await store.get('/sound'))?.value.toString(), 'x');
    await assert.rejects(store.get('/rotten'), damage);
    await assert.rejects(store.get('/sound'), damage, 'every later call is refused');
    await assert.rejects(store.commit([put('/sound', 'y')]), damage);
    await assert.rejects(store.revision(), damage);
    await store.close();
  }));

test('a flipped bit under a key that a commit compares fails the commit, not silently its compare', () =>
  inDirectory(async (directory) => {
    const whole = await openLmdbStore({ directory });
    await whole.commit([put('/rotten', marker)]);
    await whole.close();
    await rot(directory);

    const store = await openLmdbStore({ directory });
    await assert.rejects(store.commit([{ ...put('/rotten', 'new'), expected: 1 }]), StoreFailedError);
    await store.close();
  }));

test('a flipped bit in history ends a replaying watch', () =>
  inDirectory(async (directory) => {
    const whole = await openLmdbStore({ directory });
    await whole.commit([put('/a', marker)]);
    await whole.commit([put('/a', 'sound')]);
    await whole.close();
    await rot(directory);

    const store = await openLmdbStore({ directory });
    const batches = store
      .watch('/', { after: 0, signal: new AbortController().signal })
      [Symbol.asyncIterator]();
    await assert.rejects(batches.next(), /the checksum of event 0 of revision 1 does not match/u);
    await store.close();
  }));

test('a store that does not hold what its state says is not opened', () =>
  inDirectory(async (directory) => {
    await writeFile(join(directory, 'data.mdb'), 'this is not a store'.repeat(1000));
    await assert.rejects(
      openLmdbStore({ directory }),
      (error: unknown) =>
        error instanceof StoreFailedError &&
        error.message.endsWith('data.mdb is not the data file of a store'),
    );
  }));

test('a truncated file is refused, and does not kill the process', () =>
  inDirectory(async (directory) => {
    const whole = await openLmdbStore({ directory });
    for (let index = 0; index < 200; index++) await whole.commit([put(`/${index}`, 'x'.repeat(3000))]);
    await whole.close();
    const file = join(directory, 'data.mdb');
    await truncate(file, Math.floor((await stat(file)).size / 2));
    await assert.rejects(
      openLmdbStore({ directory }),
      (error: unknown) =>
        error instanceof StoreFailedError && /damaged|cannot be opened/u.test(error.message),
    );
  }));

test('over its bound the store refuses puts until it is compacted, and keeps serving', () =>
  inDirectory(async (directory) => {
    const store = await openLmdbStore({ directory, bytesMax: 16 * 1024 * 1024 });
    const value = 'x'.repeat(1024 * 1024);
    let refusal: unknown;
    for (let round = 0; round < 40 && refusal === undefined; round++) {
      await store.commit([put('/a', value)]).catch((error: unknown) => {
        refusal = error;
      });
    }
    assert.ok(refusal instanceof StoreLimitError && refusal.limit === 'disk', String(refusal));
    assert.equal((await store.get('/a'))?.value.length, value.length);
    await store.compact(await store.revision());
    assert.equal((await store.commit([put('/a', 'small')])).ok, true);
    await store.close();
  }));

test('keys can be deleted from a store that is over its bound', () =>
  inDirectory(async (directory) => {
    const store = await openLmdbStore({ directory, bytesMax: 64 * 1024 });
    await store.commit([put('/a', 'x'.repeat(8 * 1024 * 1024))]);
    await assert.rejects(store.commit([put('/b', 'x')]), StoreLimitError);
    assert.equal((await store.commit([{ type: 'delete', key: '/a' }])).ok, true);
    await store.close();
  }));

test('a second opener is told the pid of the first, in this process too', () =>
  inDirectory(async (directory) => {
    const store = await openLmdbStore({ directory });
    await assert.rejects(
      openLmdbStore({ directory }),
      (error: unknown) => error instanceof StoreInUseError && error.pid === process.pid,
    );
    assert.equal((await store.commit([put('/a', '1')])).ok, true);
    await store.close();
    await (await openLmdbStore({ directory })).close();
  }));

test('the lock names the pid of another process, and goes with that process', () =>
  inDirectory(async (directory) => {
    const holder = await holdInChild(directory);
    await assert.rejects(openLmdbStore({ directory }), (error: unknown) => {
      assert.ok(error instanceof StoreInUseError);
      assert.equal(error.pid, holder.pid);
      return error.message.includes(`the process with pid ${holder.pid}`);
    });
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    const store = await openLmdbStore({ directory });
    assert.equal(await store.revision(), 0);
    await store.close();
  }));

async function holdInChild(directory: string): Promise<ChildProcess> {
  const source = `
    const { openLmdbStore } = await import(${JSON.stringify(import.meta.resolve('./lmdb-store.ts'))});
    await openLmdbStore({ directory: ${JSON.stringify(directory)} });
    console.log('open');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}
