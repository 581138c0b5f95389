/** Reading desired state from Git: no checkout, no git program; a local repository in place, a remote one fetched. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommitReader } from './commit-reader.ts';
import { orFileError } from './file-errors.ts';
import { type GitLimits, gitLimitsDefault } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import { findGitDirectory, rawRef, resolveLocalRef } from './local-repository.ts';
import { watchRef } from './ref-watcher.ts';
import { type RemoteRef, RemoteRepository } from './remote-repository.ts';
import { type GitCredentials, type RepositoryLocation, repositoryLocation } from './repository-location.ts';
import type { SourceTree } from './tree-reader.ts';

/** How often a local repository that is not there yet is looked for. */
const lookAgainMs = 2_000;

export interface GitSourceOptions {
  /** `https://…`, `http://…`, `file://…`, or the path of a repository, bare or not. */
  readonly repository: string;
  /** A branch, a tag, a full ref name, or a commit; a branch goes before a tag of the same name. */
  readonly ref: string;
  /** The folder to read, with slashes; empty for the root. */
  readonly subpath: string;
  /** Where fetched commits are kept. */
  readonly cacheDirectory: string;
  readonly credentials?: GitCredentials;
  readonly limits?: Partial<GitLimits>;
}

/** One folder at one ref. All methods reject with GitSourceError, or with the signal's reason once it is aborted. */
export interface GitSource {
  /** The commit that the ref names now. */
  resolve(signal?: AbortSignal): Promise<{ readonly commit: string }>;
  /** The manifests of a commit, and what in its folders must not be there. */
  readTree(commit: string, signal?: AbortSignal): Promise<SourceTree>;
  /** Yields when the ref has moved since it was last resolved or told. A remote cannot tell: it only ends. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}

/** Opens no file and asks no server yet: what is wrong with the place shows when it is first asked. */
export function openGitSource(options: GitSourceOptions): GitSource {
  const limits = { ...gitLimitsDefault, ...options.limits };
  const prepare = (): GitSource => {
    const location = repositoryLocation(options.repository, options.credentials);
    const reader = new CommitReader(pathSegments(options.subpath), limits);
    return location.type === 'local'
      ? new LocalSource(location.path, options.ref, reader)
      : new RemoteSource(remoteOf(location, options.cacheDirectory, limits), options.ref, reader);
  };
  let prepared: GitSource | undefined;
  const source = (): GitSource => (prepared ??= prepare());
  return {
    resolve: (signal) => orFileError(async () => source().resolve(signal)),
    readTree: (commit, signal) => orFileError(async () => source().readTree(commit, signal)),
    changes: async function* (signal) {
      yield* source().changes(signal);
    },
  };
}

class LocalSource implements GitSource {
  readonly #path: string;
  readonly #ref: string;
  readonly #reader: CommitReader;
  /** What the ref held when it was last resolved or told of. */
  #told: string | undefined;

  constructor(path: string, ref: string, reader: CommitReader) {
    this.#path = path;
    this.#ref = ref;
    this.#reader = reader;
  }

  async resolve(signal?: AbortSignal): Promise<{ commit: string }> {
    signal?.throwIfAborted();
    const gitDirectory = await findGitDirectory(this.#path);
    const oid = await resolveLocalRef(gitDirectory, this.#ref);
    this.#told = oid;
    const commit = await this.#reader.peel(gitDirectory, oid);
    if (commit !== undefined) return { commit };
    throw new GitSourceError('stalled', 'ObjectMissing', `${this.#path} does not have the commit ${oid}`);
  }

  async readTree(commit: string, signal?: AbortSignal): Promise<SourceTree> {
    signal?.throwIfAborted();
    return this.#reader.readTree(await findGitDirectory(this.#path), commit);
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    const gitDirectory = await this.#whenThere(signal);
    if (gitDirectory === undefined) return;
    for await (const _ of watchRef(gitDirectory, this.#ref, signal)) {
      const now = await rawRef(gitDirectory, this.#ref);
      if (now === this.#told) continue;
      this.#told = now;
      yield;
    }
  }

  /** The Git directory, waited for; undefined once aborted. */
  async #whenThere(signal: AbortSignal): Promise<string | undefined> {
    while (!signal.aborted) {
      try {
        return await findGitDirectory(this.#path);
      } catch (error) {
        if (!(error instanceof GitSourceError) || error.reason !== 'RepositoryNotFound') throw error;
      }
      // Rejects when aborted, and then the loop ends.
      await sleep(lookAgainMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    return undefined;
  }
}

class RemoteSource implements GitSource {
  readonly #remote: RemoteRepository;
  readonly #ref: string;
  readonly #reader: CommitReader;
  #resolved: RemoteRef | undefined;

  constructor(remote: RemoteRepository, ref: string, reader: CommitReader) {
    this.#remote = remote;
    this.#ref = ref;
    this.#reader = reader;
  }

  async resolve(signal?: AbortSignal): Promise<{ commit: string }> {
    this.#resolved = await this.#remote.resolve(this.#ref, signal);
    return { commit: this.#resolved.commit };
  }

  async readTree(commit: string, signal?: AbortSignal): Promise<SourceTree> {
    const wanted = this.#resolved?.commit === commit ? this.#resolved : { commit, object: commit };
    try {
      return await this.#reader.readTree(await this.#remote.fetch(wanted, signal), commit);
    } catch (error) {
      if (!isDamage(error)) throw error;
      await this.#remote.discard(commit);
      return this.#reader.readTree(await this.#remote.fetch(wanted, signal), commit);
    }
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    await aborted(signal);
  }
}

/** What fetching anew may heal. */
function isDamage(error: unknown): boolean {
  return (
    error instanceof GitSourceError &&
    (error.reason === 'RepositoryDamaged' || error.reason === 'ObjectMissing')
  );
}

function remoteOf(
  location: RepositoryLocation & { readonly type: 'remote' },
  cacheDirectory: string,
  limits: GitLimits,
): RemoteRepository {
  return new RemoteRepository({
    url: location.url,
    authorization: location.authorization,
    cacheDirectory,
    limits,
  });
}

function pathSegments(subpath: string): readonly string[] {
  const segments = subpath.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (!segments.includes('..')) return segments;
  throw new GitSourceError('stalled', 'InvalidPath', `the path ${subpath} leads out of the repository`);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
