/** The settings of etcd: the section `etcd` of berth.yaml, under what `berth up --etcd` and its like gave. */
import { readFileSync } from 'node:fs';

export interface EtcdSettings {
  readonly endpoints: readonly string[];
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly username?: string;
  readonly password?: string;
  readonly prefix?: string;
  /** How long a leader that is silent leads on. */
  readonly leaseSeconds?: number;
  /** For tests: works with an etcd that lacks fixes. */
  readonly allowOldServer?: boolean;
}

type Given = Readonly<Record<string, unknown>>;

/** The command line's flags, as the fields of the section that they stand for. */
const etcdFlags = {
  etcdCa: 'ca',
  etcdCert: 'cert',
  etcdKey: 'key',
} as const;

const textFields = ['ca', 'cert', 'key', 'username', 'passwordFile', 'prefix'] as const;
const knownFields: readonly string[] = [...textFields, 'endpoints', 'leaseSeconds', 'allowOldServer'];

/** etcd grants no shorter lease; with a longer one, nothing is reconciled for too long after a leader's death. */
const leaseSecondsMin = 2;
const leaseSecondsMax = 60;

/** Undefined where neither names etcd. Throws naming the field that is wrong. */
export function readEtcdSettings(fromFile: unknown, flags: Given): EtcdSettings | undefined {
  const section = sectionOf(fromFile);
  const given: Record<string, unknown> = { ...section };
  for (const [flag, field] of Object.entries(etcdFlags))
    if (flags[flag] !== undefined) given[field] = flags[flag];
  if (flags.etcd !== undefined) given.endpoints = flags.etcd;
  if (Object.keys(given).length === 0) return undefined;
  const text = (field: (typeof textFields)[number]): string | undefined => {
    const value = given[field];
    if (value === undefined || typeof value === 'string') return value;
    throw new Error(`etcd.${field}: expected a string, got ${JSON.stringify(value)}`);
  };
  const [ca, cert, key] = [text('ca'), text('cert'), text('key')];
  if ((cert === undefined) !== (key === undefined))
    throw new Error('etcd.cert and etcd.key: expected both or neither');
  const [username, passwordFile] = [text('username'), text('passwordFile')];
  if ((username === undefined) !== (passwordFile === undefined))
    throw new Error('etcd.username and etcd.passwordFile: expected both or neither');
  const tls = { ...defined('ca', ca), ...defined('cert', cert), ...defined('key', key) };
  return {
    endpoints: endpointsOf(given.endpoints),
    ...defined('tls', Object.keys(tls).length === 0 ? undefined : tls),
    ...defined('username', username),
    ...defined(
      'password',
      passwordFile === undefined ? undefined : readFileSync(passwordFile, 'utf8').trimEnd(),
    ),
    ...defined('prefix', text('prefix')),
    ...defined('leaseSeconds', leaseSecondsOf(given.leaseSeconds)),
    ...defined('allowOldServer', flagOf(given.allowOldServer)),
  };
}

function sectionOf(fromFile: unknown): Given {
  if (fromFile === undefined) return {};
  if (typeof fromFile !== 'object' || fromFile === null || Array.isArray(fromFile))
    throw new Error('etcd: expected a map of settings');
  for (const field of Object.keys(fromFile))
    if (!knownFields.includes(field))
      throw new Error(`etcd.${field}: unknown setting, expected one of ${knownFields.join(', ')}`);
  return fromFile as Given;
}

function endpointsOf(given: unknown): readonly string[] {
  const endpoints: unknown = typeof given === 'string' ? given.split(',').map((one) => one.trim()) : given;
  const isUrl = (one: unknown): one is string => typeof one === 'string' && /^https?:\/\/[^/]+\/?$/.test(one);
  if (!Array.isArray(endpoints) || endpoints.length === 0 || !endpoints.every(isUrl))
    throw new Error(
      `etcd.endpoints: expected addresses such as https://etcd-1:2379, got ${JSON.stringify(given ?? null)}`,
    );
  return endpoints;
}

function leaseSecondsOf(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (
    typeof given === 'number' &&
    Number.isInteger(given) &&
    given >= leaseSecondsMin &&
    given <= leaseSecondsMax
  )
    return given;
  throw new Error(
    `etcd.leaseSeconds: expected a whole number from ${leaseSecondsMin} to ${leaseSecondsMax}, got ${JSON.stringify(given)}`,
  );
}

function flagOf(given: unknown): boolean | undefined {
  if (given === undefined || typeof given === 'boolean') return given;
  throw new Error(`etcd.allowOldServer: expected true or false, got ${JSON.stringify(given)}`);
}

function defined<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
