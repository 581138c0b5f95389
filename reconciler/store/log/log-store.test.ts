import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreFailedError, StoreLimitError } from '../../core/ports.ts';
import type { StoreWrite } from '../../core/ports.ts';
import { openLogStore } from './log-store.ts';
import { StoreInUseError } from './owner-lock.ts';

const mebibyte = 1024 * 1024;
const marker = 'the value that rots';

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-log-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function put(key: string, value: string): StoreWrite {
  return { type: 'put', key, value: Buffer.from(value) };
}

function segmentsIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .sort();
}

/** A segment may be removed while the others are measured. */
function logBytes(directory: string): number {
  const bytesOf = (name: string): number =>
    statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  return segmentsIn(directory).reduce((sum, name) => sum + bytesOf(name), 0);
}

/** Flips one bit in every copy of the marker. */
async function rot(directory: string): Promise<void> {
  const file = join(directory, '0000000001.log');
  const data = await readFile(file);
  let found = 0;
  for (let at = data.indexOf(marker); at >= 0; at = data.indexOf(marker, at + 1), found++)
    data.writeUInt8(data.readUInt8(at + 4) ^ 0x10, at + 4);
  assert.ok(found > 0);
  await writeFile(file, data);
}

test('a bit that flips while the store is open ends it, naming the key and what to do', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory, cacheBytesMax: 0 });
    await store.commit([put('/sound', 'x'), put('/rotten', marker)]);
    await rot(directory);
    const damage = (error: unknown): boolean =>
      error instanceof StoreFailedError &&
      /the record of \/rotten does not match its checksum; .*'berth restore FILE'/u.test(error.message);
    assert.equal(Buffer.from((await store.get('/sound'))?.value ?? []).toString(), 'x');
    await assert.rejects(store.get('/rotten'), damage);
    await assert.rejects(store.get('/sound'), damage, 'every later call is refused');
    await assert.rejects(store.commit([put('/sound', 'y')]), damage);
    await assert.rejects(store.revision(), damage);
    await store.close();
  }));

test('a flipped bit under a key that a commit compares fails the commit, not silently its compare', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory, cacheBytesMax: 0 });
    await store.commit([put('/rotten', marker)]);
    await rot(directory);
    await assert.rejects(store.commit([{ ...put('/rotten', 'new'), expected: 1 }]), StoreFailedError);
    await store.close();
  }));

test('a flipped bit in history ends a replaying watch', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory });
    await store.commit([put('/a', marker)]);
    await store.commit([put('/a', 'sound')]);
    await rot(directory);
    const { signal } = new AbortController();
    const batches = store.watch('/', { after: 0, signal })[Symbol.asyncIterator]();
    await assert.rejects(batches.next(), /the commit of revision 1 does not match its checksum/u);
    await store.close();
  }));

const foreign: Readonly<Record<string, { readonly file: string; readonly message: RegExp }>> = {
  'the data of an older Berth': {
    file: 'data.mdb',
    message: /data\.mdb is an LMDB database.*Move .* aside/u,
  },
  'a file that is no log': { file: '0000000001.log', message: /lacks the file acknowledged/u },
};
for (const [what, { file, message }] of Object.entries(foreign)) {
  test(`${what} is refused by name`, () =>
    inDirectory(async (directory) => {
      await writeFile(join(directory, file), 'this is not a store'.repeat(1000));
      await assert.rejects(
        openLogStore({ directory }),
        (error: unknown) => error instanceof StoreFailedError && message.test(error.message),
      );
    }));
}

test('a missing segment is noticed, whichever it is', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory, bytesMax: 16 * mebibyte });
    for (let index = 0; index < 12; index++) await store.commit([put(`/${index}`, 'x'.repeat(400_000))]);
    await store.close();
    const segments = segmentsIn(directory);
    assert.ok(segments.length >= 4);
    for (const name of [segments[0], segments[2], segments.at(-1)]) {
      const path = join(directory, name ?? '');
      const bytes = await readFile(path);
      await rm(path);
      await assert.rejects(openLogStore({ directory, bytesMax: 16 * mebibyte }), /missing|acknowledged/u);
      await writeFile(path, bytes);
    }
    await (await openLogStore({ directory })).close();
  }));

test('under a steady load of updates the log stays in bounds, and loses nothing', () =>
  inDirectory(async (directory) => {
    const options = { directory, bytesMax: 16 * mebibyte, cacheBytesMax: mebibyte };
    let store = await openLogStore(options);
    const keys = Array.from({ length: 100 }, (_, index) => `/key/${index}`);
    for (let round = 0; round < 40; round++) {
      const before = await store.revision();
      // Some keys are never written again: they have to be carried along.
      const updated = round === 0 ? keys : keys.slice(0, 60);
      await Promise.all(updated.map((key) => store.commit([put(key, `${round}`.padEnd(20_000, '.'))])));
      await store.compact(before);
    }
    // 2 MB are live, 48 MB were written; history is that of one round.
    assert.ok(logBytes(directory) < 12 * mebibyte, `${logBytes(directory)} bytes`);
    assert.notEqual(segmentsIn(directory)[0], '0000000001.log');
    const revision = await store.revision();
    await store.close();
    store = await openLogStore(options);
    assert.equal(await store.revision(), revision);
    const { records } = await store.list('/');
    assert.equal(records.length, keys.length);
    for (const { key, value, version } of records) {
      const isUpdated = Number(key.split('/').at(-1)) < 60;
      assert.equal(parseInt(Buffer.from(value).toString(), 10), isUpdated ? 39 : 0, key);
      assert.equal(version, isUpdated ? 40 : 1);
    }
    await store.close();
  }));

test('history that nobody compacts is bounded all the same', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory, bytesMax: 16 * mebibyte });
    const value = 'x'.repeat(mebibyte / 2);
    for (let round = 0; round < 60; round++) await store.commit([put('/a', value)]);
    assert.ok(logBytes(directory) < 12 * mebibyte, `${logBytes(directory)} bytes`);
    assert.equal((await store.get('/a'))?.version, 60);
    await store.close();
  }));

test('over its bound the store refuses puts, keeps serving, and takes them again when keys are deleted', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory, bytesMax: 8 * mebibyte });
    const value = 'x'.repeat(mebibyte);
    let refusal: unknown;
    let count = 0;
    for (; count < 20 && refusal === undefined; count++) {
      await store.commit([put(`/${count}`, value)]).catch((error: unknown) => {
        refusal = error;
      });
    }
    assert.ok(refusal instanceof StoreLimitError && refusal.limit === 'disk', String(refusal));
    assert.equal((await store.get('/0'))?.value.length, value.length);
    for (let index = 0; index < count; index++) await store.commit([{ type: 'delete', key: `/${index}` }]);
    await store.compact(await store.revision());
    for (let round = 0; logBytes(directory) > 8 * mebibyte && round < 100; round++)
      await store.commit([{ type: 'check', key: '/none', expected: 0 }]);
    assert.equal((await store.commit([put('/a', 'small')])).ok, true);
    await store.close();
  }));

test('a second opener is told the pid of the first, in this process too', () =>
  inDirectory(async (directory) => {
    const store = await openLogStore({ directory });
    await assert.rejects(
      openLogStore({ directory }),
      (error: unknown) => error instanceof StoreInUseError && error.pid === process.pid,
    );
    assert.equal((await store.commit([put('/a', '1')])).ok, true);
    await store.close();
    await (await openLogStore({ directory })).close();
  }));

test('the lock names the pid of another process, and goes with that process', () =>
  inDirectory(async (directory) => {
    const holder = await holdInChild(directory);
    await assert.rejects(openLogStore({ directory }), (error: unknown) => {
      assert.ok(error instanceof StoreInUseError);
      assert.equal(error.pid, holder.pid);
      return error.message.includes(`the process with pid ${holder.pid}`);
    });
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    const store = await openLogStore({ directory });
    assert.equal(await store.revision(), 0);
    await store.close();
  }));

async function holdInChild(directory: string): Promise<ChildProcess> {
  const source = `
    const { openLogStore } = await import(${JSON.stringify(import.meta.resolve('./log-store.ts'))});
    await openLogStore({ directory: ${JSON.stringify(directory)} });
    console.log('open');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}
