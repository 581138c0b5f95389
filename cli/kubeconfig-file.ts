/** A person's kubeconfig file: found as kubectl finds it, changed entry by entry, never left half-written. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { dump, load } from 'js-yaml';

interface NamedEntry {
  readonly name: string;
}

/** A kubeconfig, as far as merging has to know it. */
export interface Kubeconfig {
  readonly 'current-context': string;
  readonly clusters: readonly NamedEntry[];
  readonly users: readonly NamedEntry[];
  readonly contexts: readonly NamedEntry[];
}

/** The first file of `$KUBECONFIG`, or `~/.kube/config`. */
export function kubeconfigPath(environment: NodeJS.ProcessEnv): string {
  const named = (environment.KUBECONFIG ?? '').split(delimiter).find((path) => path !== '');
  return named ?? join(homedir(), '.kube', 'config');
}

/** Puts the entries of `made` into the file in place of those of the same names, and makes its context the current one. */
export async function mergeKubeconfig(file: string, made: Kubeconfig): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // A link stays a link: what it points to is replaced.
  const target = await realpath(file).catch(ifAbsent(file));
  const text = await readFile(target, 'utf8').catch(ifAbsent(''));
  await replaceFile(target, dump(merged(text, made, file)));
}

function merged(text: string, made: Kubeconfig, file: string): object {
  const present: unknown = text.trim() === '' ? {} : load(text, { filename: file });
  if (typeof present !== 'object' || present === null || Array.isArray(present))
    throw new Error(`${file}: is no kubeconfig, and was left as it is`);
  const fields = present as Readonly<Record<string, unknown>>;
  const joined = (field: 'clusters' | 'users' | 'contexts'): readonly unknown[] => {
    const old = fields[field] ?? [];
    if (!Array.isArray(old)) throw new Error(`${file}: ${field} is no list; the file was left as it is`);
    const names = new Set(made[field].map(({ name }) => name));
    const kept = old.filter(
      (entry: unknown) => !names.has((entry as Partial<NamedEntry> | null)?.name ?? ''),
    );
    return [...(kept as readonly unknown[]), ...made[field]];
  };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    ...fields,
    clusters: joined('clusters'),
    users: joined('users'),
    contexts: joined('contexts'),
    'current-context': made['current-context'],
  };
}

function ifAbsent<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value;
    throw error;
  };
}

/** The whole new file or the old one, readable by its owner alone. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
}
