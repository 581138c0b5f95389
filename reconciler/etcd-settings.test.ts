import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readEtcdSettings } from './etcd-settings.ts';

test('without a section and flags there is no etcd', () => {
  assert.equal(readEtcdSettings(undefined, { repo: '/srv/git/shop.git' }), undefined);
});

test('a section names endpoints, files and who Berth is to etcd', () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-etcd-settings-'));
  try {
    const passwordFile = join(directory, 'password');
    writeFileSync(passwordFile, 'secret\n');
    const section = {
      endpoints: ['https://etcd-1:2379', 'https://etcd-2:2379'],
      ca: '/etc/berth/ca.pem',
      cert: '/etc/berth/cert.pem',
      key: '/etc/berth/key.pem',
      username: 'berth',
      passwordFile,
      prefix: '/berth-prod',
      leaseSeconds: 8,
    };
    assert.deepEqual(readEtcdSettings(section, {}), {
      endpoints: section.endpoints,
      tls: { ca: section.ca, cert: section.cert, key: section.key },
      username: 'berth',
      password: 'secret',
      prefix: '/berth-prod',
      leaseSeconds: 8,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('flags come before the section', () => {
  const section = { endpoints: 'http://old:2379', ca: '/old.pem', allowOldServer: true };
  const flags = { etcd: 'https://a:2379, https://b:2379', etcdCa: '/new.pem' };
  assert.deepEqual(readEtcdSettings(section, flags), {
    endpoints: ['https://a:2379', 'https://b:2379'],
    tls: { ca: '/new.pem' },
    allowOldServer: true,
  });
});

test('what is wrong is named', () => {
  const endpoints = ['http://etcd:2379'];
  const wrong: readonly [unknown, RegExp][] = [
    ['http://etcd:2379', /^Error: etcd: expected a map of settings$/],
    [{ endpoint: 'http://etcd:2379' }, /^Error: etcd\.endpoint: unknown setting, expected one of /],
    [
      { prefix: '/b' },
      /^Error: etcd\.endpoints: expected addresses such as https:\/\/etcd-1:2379, got null$/,
    ],
    [{ endpoints: [] }, /^Error: etcd\.endpoints: /],
    [{ endpoints: ['etcd:2379'] }, /^Error: etcd\.endpoints: /],
    [{ endpoints, cert: '/c.pem' }, /^Error: etcd\.cert and etcd\.key: expected both or neither$/],
    [{ endpoints, username: 'berth' }, /^Error: etcd\.username and etcd\.passwordFile: expected both/],
    [
      { endpoints, leaseSeconds: 1 },
      /^Error: etcd\.leaseSeconds: expected a whole number from 2 to 60, got 1$/,
    ],
    [
      { endpoints, allowOldServer: 'yes' },
      /^Error: etcd\.allowOldServer: expected true or false, got "yes"$/,
    ],
    [{ endpoints, ca: 7 }, /^Error: etcd\.ca: expected a string, got 7$/],
  ];
  for (const [section, message] of wrong) assert.throws(() => readEtcdSettings(section, {}), message);
});
