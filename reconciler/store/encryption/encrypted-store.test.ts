import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreFailedError } from '../../core/ports.ts';
import type { Store, StoreWrite } from '../../core/ports.ts';
import { openLogStore } from '../log/log-store.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import { encryptedStore } from './encrypted-store.ts';
import { openKeyFile } from './key-file.ts';
import type { EncryptionKey } from './key-file.ts';

const prefixes = ['/registry/core/secrets/'];
const secret = '/registry/core/secrets/default/password';
const plain = '/registry/core/configmaps/default/settings';

function key(id: string, fill: number): EncryptionKey {
  return { id: id.padEnd(16, '0'), secret: Buffer.alloc(32, fill) };
}

function put(name: string, value: string): StoreWrite {
  return { type: 'put', key: name, value: Buffer.from(value) };
}

async function read(store: Store, name: string): Promise<string | undefined> {
  const record = await store.get(name);
  return record && Buffer.from(record.value).toString();
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'berth-encryption-'));
  try {
    await run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('nothing of a secret is on disk, and other values are as they are', () =>
  inDirectory(async (directory) => {
    const inner = await openLogStore({ directory });
    const store = encryptedStore(inner, { keys: [key('a', 1)], prefixes });
    await store.commit([put(secret, 'hunter2hunter2'), put(plain, 'seen by all')]);
    assert.equal(await read(store, secret), 'hunter2hunter2');
    await store.close();
    const disk = Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))));
    assert.ok(!disk.includes('hunter2'));
    assert.ok(disk.includes('seen by all'));
  }));

test('after a rotation new values have the new key, and old ones are still read', async () => {
  const inner = createMemoryStore();
  const before = encryptedStore(inner, { keys: [key('a', 1)], prefixes });
  await before.commit([put(secret, 'old')]);
  const after = encryptedStore(inner, { keys: [key('b', 2), key('a', 1)], prefixes });
  assert.equal(await read(after, secret), 'old');
  await after.commit([put(secret, 'new')]);
  assert.equal(await read(after, secret), 'new');
  const onlyNew = encryptedStore(inner, { keys: [key('b', 2)], prefixes });
  assert.equal(await read(onlyNew, secret), 'new');
  await assert.rejects(
    onlyNew.get(secret, { revision: 1 }),
    /is encrypted with key a0+, which the key file/u,
  );
});

test('what was written before encryption is read as it is', async () => {
  const inner = createMemoryStore();
  await inner.commit([put(secret, 'plain')]);
  const store = encryptedStore(inner, { keys: [key('a', 1)], prefixes });
  assert.equal(await read(store, secret), 'plain');
  assert.equal(Buffer.from((await store.list('/registry/')).records[0]?.value ?? []).toString(), 'plain');
});

test('a value in the place of another, or changed, is named and not returned', async () => {
  const inner = createMemoryStore();
  const store = encryptedStore(inner, { keys: [key('a', 1)], prefixes });
  await store.commit([put(secret, 'mine')]);
  const value = (await inner.get(secret))?.value ?? new Uint8Array();
  const other = `${prefixes[0]}default/other`;
  const changed = Uint8Array.from(value);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  await inner.commit([
    { type: 'put', key: other, value },
    { type: 'put', key: secret, value: changed },
  ]);
  for (const name of [other, secret]) {
    const names = (error: unknown): boolean =>
      error instanceof StoreFailedError && error.message.includes(`the value of ${name} cannot be decrypted`);
    await assert.rejects(store.get(name), names);
    await assert.rejects(store.list(name), names);
  }
  const { signal } = new AbortController();
  const watch = store.watch(prefixes[0] ?? '', { after: 1, signal })[Symbol.asyncIterator]();
  await assert.rejects(watch.next(), StoreFailedError);
});

test('the key file is made once, for its owner alone, and read again', () =>
  inDirectory(async (directory) => {
    const path = join(directory, 'encryption-keys.json');
    const keys = openKeyFile(path);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(keys.length, 1);
    assert.deepEqual(openKeyFile(path), keys);
    chmodSync(path, 0o640);
    assert.throws(() => openKeyFile(path), /may be read by others than its owner: chmod 600 it/u);
  }));

const badFiles: Readonly<Record<string, RegExp>> = {
  'not json': /is not JSON/u,
  '{}': /keys: expected a list of keys/u,
  '{"keys":[]}': /keys: expected a list of keys/u,
  '{"keys":[{"id":"x","secret":""}]}': /keys\[0\]\.id: expected 16 hexadecimal digits/u,
  '{"keys":[{"id":"0123456789abcdef","secret":"AAAA"}]}': /keys\[0\]\.secret: expected 32 bytes in base64/u,
};
for (const [content, message] of Object.entries(badFiles)) {
  test(`a key file with ${content} is refused`, () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'encryption-keys.json');
      writeFileSync(path, content, { mode: 0o600 });
      assert.throws(() => openKeyFile(path), message);
    }));
}
