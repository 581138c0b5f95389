/** The reconciler's settings: what the command line gave, over what berth.yaml says, over the defaults. */
import { existsSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { type NetworkSettings, networkDefaults } from './core/registry/allocate.ts';
import type { OidcSettings } from './api/auth/oidc.ts';
import { readOidcSettings } from './api/auth/oidc-settings.ts';
import type { SchedulerConfiguration } from './core/scheduler/profile.ts';
import { parseCidr } from './core/registry/cidr.ts';
import { type ListenAddress, parseAddress } from './listeners.ts';
import { readSchedulerSettings } from './scheduler-settings.ts';
import { type EtcdSettings, readEtcdSettings } from './etcd-settings.ts';

export interface Settings {
  /** Everything that the reconciler keeps: the store, fetched repositories, keys, its log. */
  readonly state: string;
  readonly socket: string;
  /** Private key of hosts that name none. */
  readonly identity: string | undefined;
  /** The Application to follow; undefined leaves those in the store alone. */
  readonly application: ApplicationSettings | undefined;
  readonly network: NetworkSettings;
  /** Where the API listens for everybody with credentials; undefined leaves the choice to the machine. */
  readonly listen: ListenAddress | undefined;
  /** File with an audit.k8s.io/v1 Policy; undefined records writes and reads of secrets. */
  readonly auditPolicy: string | undefined;
  /** Whose OpenID tokens are taken; undefined takes none. */
  readonly oidc: OidcSettings | undefined;
  /** More names and addresses by which clients reach the API: they stand in its certificate. */
  readonly serverNames: readonly string[];
  /** Where the cluster's state is in etcd; undefined keeps it in the state folder. */
  readonly etcd: EtcdSettings | undefined;
  readonly scheduler: SchedulerConfiguration;
}

export interface ApplicationSettings {
  readonly name: string;
  readonly repository: string;
  readonly ref: string;
  readonly path: string | undefined;
  readonly schedule: string | undefined;
  readonly prune: boolean;
}

type Given = Readonly<Record<string, unknown>>;

const textFields = [
  'state',
  'socket',
  'identity',
  'repo',
  'ref',
  'path',
  'schedule',
  'name',
  'clusterCidr',
  'serviceCidr',
  'listen',
  'serverNames',
  'auditPolicy',
] as const;
const knownFields: readonly string[] = [
  ...textFields,
  'prune',
  'config',
  'output',
  'etcd',
  'oidc',
  'scheduler',
];

/** Reads `config` (default: ./berth.yaml where it exists) under `given`. Throws naming the field that is wrong. */
export function readSettings(given: Given): Settings {
  const file = typeof given.config === 'string' ? given.config : 'berth.yaml';
  const fromFile = typeof given.config === 'string' || existsSync(file) ? readFile(file) : {};
  const merged: Given = { ...fromFile, ...given };
  const text = (field: (typeof textFields)[number]): string | undefined => {
    const value = merged[field];
    if (value === undefined || typeof value === 'string') return value;
    throw new Error(`${field}: expected a string, got ${JSON.stringify(value)}`);
  };
  const { prune = true } = merged;
  if (typeof prune !== 'boolean')
    throw new Error(`prune: expected true or false, got ${JSON.stringify(prune)}`);
  const state = text('state') ?? '/var/lib/berth-reconciler';
  const repository = text('repo');
  const network = {
    ...networkDefaults,
    ...defined('clusterCidr', text('clusterCidr')),
    ...defined('serviceCidr', text('serviceCidr')),
  };
  for (const field of ['clusterCidr', 'serviceCidr'] as const) parseCidr(network[field]);
  return {
    state,
    socket: text('socket') ?? `${state}/berth.sock`,
    identity: text('identity'),
    listen: listenAddress(text('listen')),
    auditPolicy: text('auditPolicy'),
    oidc: readOidcSettings(merged.oidc),
    serverNames: (text('serverNames') ?? '').split(',').filter((name) => name !== ''),
    network,
    etcd: readEtcdSettings(fromFile.etcd, given),
    scheduler: readSchedulerSettings(fromFile.scheduler),
    application:
      repository === undefined
        ? undefined
        : {
            name: text('name') ?? nameOf(repository),
            repository,
            ref: text('ref') ?? 'main',
            path: text('path'),
            schedule: text('schedule'),
            prune,
          },
  };
}

function listenAddress(text: string | undefined): ListenAddress | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address === undefined)
    throw new Error(`listen: expected HOST:PORT or :PORT for all addresses, got ${JSON.stringify(text)}`);
  return address;
}

function readFile(file: string): Given {
  const content: unknown = load(readFileSync(file, 'utf8'), { filename: file });
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new Error(`${file}: expected a map of settings`);
  for (const field of Object.keys(content)) {
    if (!knownFields.includes(field))
      throw new Error(`${file}: ${field}: unknown setting, expected one of ${knownFields.join(', ')}`);
  }
  return content as Given;
}

function defined<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: string });
}

/** `/srv/git/shop.git` and `https://git.example.org/team/shop` are both `shop`. */
function nameOf(repository: string): string {
  const last = repository.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  const name = last
    .replace(/\.git$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'default' : name;
}
