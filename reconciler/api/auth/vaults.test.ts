import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMemoryStore } from '../../store/memory/memory-store.ts';
import { loadAuthority } from './authority.ts';
import { fileVault } from './file-vault.ts';
import type { KeyVault } from './key-vault.ts';
import { SigningKeys } from './signing-keys.ts';
import { storeVault } from './store-vault.ts';

interface TestContext {
  readonly after: (run: () => Promise<void>) => void;
}

async function scratch(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-vault-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Two vaults on the same keys, as two reconcilers have them. */
const makers: Readonly<Record<string, (context: TestContext) => Promise<readonly [KeyVault, KeyVault]>>> = {
  files: async (context) => {
    const directory = await scratch(context);
    return [fileVault(directory), fileVault(directory)];
  },
  store: async (context) => {
    const store = createMemoryStore();
    context.after(() => store.close());
    return [storeVault(store), storeVault(store)];
  },
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (kept: Uint8Array | undefined): string => new TextDecoder().decode(kept);

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: what is saved first stays`, async (context) => {
    const [one, other] = await make(context);
    assert.equal(await one.load('a.pem'), undefined);
    assert.equal(text(await one.saveOnce('a.pem', bytes('first'))), 'first');
    assert.equal(text(await other.saveOnce('a.pem', bytes('second'))), 'first');
    assert.equal(text(await other.load('a.pem')), 'first');
  });

  test(`${name}: of many who save at once one wins for all`, async (context) => {
    const [one, other] = await make(context);
    const kept = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : other).saveOnce('a', bytes(String(index))),
      ),
    );
    assert.equal(new Set(kept.map(text)).size, 1);
  });

  test(`${name}: a name is no path`, async (context) => {
    const [vault] = await make(context);
    for (const bad of ['../a', 'a/b', '', '.a', 'A'])
      await assert.rejects(vault.saveOnce(bad, bytes('x')), /is no name of a key/);
  });

  test(`${name}: reconcilers that start at once have one authority and one signing key`, async (context) => {
    const vaults = await make(context);
    const authorities = await Promise.all(
      vaults.map((vault) => loadAuthority(vault, 'ca', 'test', Date.now())),
    );
    assert.equal(new Set(authorities.map(({ pem }) => pem)).size, 1);
    const keys = await Promise.all(vaults.map((vault) => SigningKeys.load(vault)));
    const [first, second] = keys;
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(first.current.kid, second.current.kid);
    await first.rotate();
    assert.notEqual(first.current.kid, second.current.kid);
    assert.ok(await second.find(first.current.kid, Date.now()));
    assert.equal(first.current.kid, second.current.kid);
  });
}

test('key files are whole and their owner’s alone', async (context) => {
  const directory = join(await scratch(context), 'pki');
  await fileVault(directory).saveOnce('a.pem', bytes('secret'));
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  assert.equal((await stat(join(directory, 'a.pem'))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(directory), ['a.pem']);
});
