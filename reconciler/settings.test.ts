import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultConfiguration } from './core/scheduler/profile.ts';
import { networkDefaults } from './core/registry/allocate.ts';
import { readSettings, type Settings } from './settings.ts';

/** What the settings say of the API where nobody says anything. */
const apiDefaults = {
  listen: undefined,
  auditPolicy: undefined,
  oidc: undefined,
  serverNames: [],
  scheduler: defaultConfiguration,
};

/** The settings that a file of this text and this command line give. */
function settingsOf(text: string, given: Readonly<Record<string, unknown>> = {}): Settings {
  const folder = mkdtempSync(join(tmpdir(), 'berth-settings-'));
  try {
    const config = join(folder, 'berth.yaml');
    writeFileSync(config, text);
    return readSettings({ ...given, config });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('without a file and options the defaults count, and no application is followed', () => {
  assert.deepEqual(readSettings({}), {
    state: '/var/lib/berth-reconciler',
    socket: '/var/lib/berth-reconciler/berth.sock',
    identity: undefined,
    application: undefined,
    network: networkDefaults,
    etcd: undefined,
    ...apiDefaults,
  });
});

test('the command line comes before the file, and the file before the defaults', () => {
  const text = [
    'state: /srv/berth',
    'repo: /srv/git/shop.git',
    'ref: stable',
    'clusterCidr: 10.9.0.0/16',
    'prune: false',
  ];
  assert.deepEqual(settingsOf(text.join('\n'), { ref: 'next', schedule: '*/5 * * * *' }), {
    state: '/srv/berth',
    socket: '/srv/berth/berth.sock',
    identity: undefined,
    application: {
      name: 'shop',
      repository: '/srv/git/shop.git',
      ref: 'next',
      path: undefined,
      schedule: '*/5 * * * *',
      prune: false,
    },
    network: { ...networkDefaults, clusterCidr: '10.9.0.0/16' },
    etcd: undefined,
    ...apiDefaults,
  });
});

for (const [repository, name] of [
  ['/srv/git/shop.git', 'shop'],
  ['https://git.example.org/team/Web_Shop', 'web-shop'],
  ['https://git.example.org/team/shop/', 'shop'],
  ['git@git.example.org:shop.git', 'shop'],
  ['/', 'default'],
] as const) {
  test(`the application of ${repository} is named ${name}`, () => {
    assert.equal(readSettings({ repo: repository }).application?.name, name);
  });
}

test('a name that is given comes before the repository’s', () => {
  assert.equal(readSettings({ repo: '/srv/git/shop.git', name: 'prod' }).application?.name, 'prod');
});

test('a setting that nobody knows is refused by name', () => {
  assert.throws(
    () => settingsOf('repository: /srv/git/shop.git'),
    /berth\.yaml: repository: unknown setting, expected one of state, /,
  );
});

test('a setting of the wrong type is refused by name', () => {
  assert.throws(() => settingsOf('repo: /srv/git/shop.git\nref: 7'), {
    message: 'ref: expected a string, got 7',
  });
  assert.throws(() => settingsOf('repo: /srv/git/shop.git\nprune: "no"'), {
    message: 'prune: expected true or false, got "no"',
  });
});

test('an address range that is none is refused', () => {
  assert.throws(() => readSettings({ clusterCidr: '10.42.0.0' }), /10\.42\.0\.0/);
  assert.throws(() => readSettings({ serviceCidr: '10.43.0.0/64' }), /10\.43\.0\.0\/64/);
});

test('a file that is no map, no YAML or not there is refused with its name', () => {
  assert.throws(() => settingsOf('- one'), /berth\.yaml: expected a map of settings$/);
  assert.throws(() => settingsOf('state: ['), /berth\.yaml/);
  assert.throws(() => readSettings({ config: '/nowhere/berth.yaml' }), /\/nowhere\/berth\.yaml/);
});

test('the API listens where the settings say, and bears the names that they give it', () => {
  const { listen, serverNames } = settingsOf('listen: "[::1]:7443"\nserverNames: api.example.org,192.0.2.1');
  assert.deepEqual(listen, { host: '::1', port: 7443 });
  assert.deepEqual(serverNames, ['api.example.org', '192.0.2.1']);
  assert.deepEqual(settingsOf('listen: ":6443"').listen, { host: '::', port: 6443 });
  assert.throws(() => settingsOf('listen: 6443x'), /listen: expected HOST:PORT/);
});
