/** `kill -9` of the real reconciler in the middle of commits: what it acknowledged is there when it comes back. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BerthProcess } from '../../fixtures/lab/berth-process.ts';

const rounds = 50;
const writers = 8;
const configMaps = '/api/v1/namespaces/default/configmaps';

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data: { readonly value: string };
}

/** Writes until the connection breaks; says what was acknowledged, by name. */
async function writeUntilKilled(
  berth: BerthProcess,
  prefix: string,
  onAcknowledged: (name: string, value: string) => void,
): Promise<void> {
  for (let index = 0; ; index++) {
    const name = `${prefix}-${index % 5}`;
    const value = `${prefix}-${index}`;
    const body = { metadata: { name }, data: { value } };
    try {
      if (index < 5) await berth.api('POST', configMaps, body);
      else await berth.api('PUT', `${configMaps}/${name}`, body);
    } catch (error) {
      if (/ECONNRESET|socket hang up|ECONNREFUSED|ENOENT|EPIPE/.test(String(error))) return;
      throw error;
    }
    onAcknowledged(name, value);
  }
}

/** Several writers at once. `enough` comes with an acknowledgement, one of the first few dozen. */
function loadOf(
  berth: BerthProcess,
  round: number,
  acknowledged: Map<string, string>,
): { readonly enough: Promise<void>; readonly ended: Promise<unknown> } {
  let left = 1 + Math.floor(Math.random() * 40);
  let ended: Promise<unknown> = Promise.resolve();
  const enough = new Promise<void>((resolve) => {
    const load = Array.from({ length: writers }, (_, writer) =>
      writeUntilKilled(berth, `r${round}w${writer}`, (name, value) => {
        acknowledged.set(name, value);
        if (--left === 0) resolve();
      }),
    );
    ended = Promise.all(load);
  });
  return { enough, ended };
}

interface ConfigMapList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly ConfigMap[];
}

function checkAcknowledged(
  list: ConfigMapList,
  acknowledged: ReadonlyMap<string, string>,
  round: number,
): void {
  const found = new Map(list.items.map((item) => [item.metadata.name, item]));
  for (const [name, value] of acknowledged) {
    const stored = Number(found.get(name)?.data.value.split('-').at(-1) ?? '-1');
    const expected = Number(value.split('-').at(-1));
    assert.ok(stored >= expected, `round ${round}: ${name} holds ${stored}, acknowledged was ${value}`);
  }
}

test(`kill -9 of the reconciler ${rounds} times during commits loses no acknowledged write`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-kill-'));
  const berth = new BerthProcess({ directory, identity: join(directory, 'none') });
  const acknowledged = new Map<string, string>();
  let revision = 0;
  try {
    // One start more than kills: each one but the first checks what the kill before it left.
    for (let round = 0; round <= rounds; round++) {
      await berth.start();
      const list = await berth.api<ConfigMapList>('GET', configMaps);
      checkAcknowledged(list, acknowledged, round);
      assert.ok(Number(list.metadata.resourceVersion) >= revision, `round ${round}: the revision fell`);
      revision = Number(list.metadata.resourceVersion);
      const writes = loadOf(berth, round, acknowledged);
      const broke = writes.ended.then(() =>
        assert.fail(`round ${round}: the connections broke before the kill`),
      );
      await Promise.race([writes.enough, broke]);
      // The commit that the kill falls into is meant to be random, and so is the place in it.
      await sleep(Math.random() * 5);
      await berth.kill();
      await writes.ended;
    }
  } finally {
    await berth.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});
