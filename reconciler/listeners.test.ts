import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chosenAddress, hostPort, listenOnAddress, parseAddress } from './listeners.ts';

test('addresses are read with a host, without one, and of both kinds', () => {
  assert.deepEqual(parseAddress('127.0.0.1:6443'), { host: '127.0.0.1', port: 6443 });
  assert.deepEqual(parseAddress('[::1]:0'), { host: '::1', port: 0 });
  assert.deepEqual(parseAddress(':443'), { host: '::', port: 443 });
  for (const text of ['', '6443', 'host', 'host:', 'host:70000', '::1:80', 'a:b:1'])
    assert.equal(parseAddress(text), undefined, text);
  assert.equal(hostPort({ host: '::1', port: 80 }), '[::1]:80');
});

test('a reconciler comes back to the port that it had, and to another one where that is taken', async () => {
  const state = mkdtempSync(join(tmpdir(), 'berth-listen-'));
  try {
    const first = await chosenAddress(state);
    assert.deepEqual(await chosenAddress(state), first);
    const other = createServer().listen(first);
    await once(other, 'listening');
    const second = await chosenAddress(state);
    assert.notEqual(second.port, first.port);
    other.close();
    assert.deepEqual(await chosenAddress(state), second);
  } finally {
    rmSync(state, { recursive: true });
  }
});

test('an address that is taken is named by the refusal', async () => {
  const other = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await assert.rejects(
    listenOnAddress(createServer(), { host: '127.0.0.1', port }),
    new RegExp(`the API cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE`),
  );
  other.close();
});
