import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import fs from 'node:fs';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { undefinedIfMissing } from './file-errors.ts';
import type { GitLimits } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import { httpClient } from './http-client.ts';
import { refCandidates, refNotFoundError } from './local-repository.ts';

/** Commits of one repository that stay on disk: the one that runs, the one that follows it, and some to go back to. */
const commitsKept = 8;

/** A fetch that was cut short leaves its folder behind; none takes this long. */
const abandonedMs = 60 * 60_000;

const oidPattern = /^[0-9a-f]{40}$/u;

export interface RemoteOptions {
  /** Without credentials. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly cacheDirectory: string;
  readonly limits: GitLimits;
}

/** What a ref of a server names: the commit, and the object to ask for, which is another for an annotated tag. */
export interface RemoteRef {
  readonly commit: string;
  readonly object: string;
}

/** A repository behind smart HTTP, and the commits of it that are on disk: each a bare repository of its own. */
export class RemoteRepository {
  readonly #options: RemoteOptions;
  readonly #directory: string;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.#directory = join(
      options.cacheDirectory,
      createHash('sha256').update(options.url).digest('hex').slice(0, 32),
    );
  }

  async resolve(ref: string, signal: AbortSignal | undefined): Promise<RemoteRef> {
    if (oidPattern.test(ref)) return { commit: ref, object: ref };
    for (const name of refCandidates(ref)) {
      const found = (await this.#listRefs(name, signal)).find((each) => each.ref === name);
      if (found !== undefined) return { commit: found.peeled ?? found.oid, object: found.oid };
    }
    const heads = await this.#listRefs('refs/heads/', signal);
    throw refNotFoundError(ref, heads.map((each) => each.ref.replace('refs/heads/', '')).sort());
  }

  /** The Git directory that holds the commit, fetched if need be: the commit alone, without what led to it. */
  async fetch({ commit, object }: RemoteRef, signal: AbortSignal | undefined): Promise<string> {
    const directory = join(this.#directory, commit);
    if (await exists(directory)) {
      await touch(directory);
      return directory;
    }
    const fetching = join(this.#directory, `fetching-${randomUUID()}`);
    await mkdir(fetching, { recursive: true, mode: 0o700 });
    try {
      await this.#fetchInto(fetching, object, signal);
      await renameOnce(fetching, directory);
    } finally {
      await rm(fetching, { recursive: true, force: true });
    }
    await this.#prune();
    return directory;
  }

  /** Forgets a commit whose copy on disk turned out to be damaged. */
  async discard(commit: string): Promise<void> {
    await rm(join(this.#directory, commit), { recursive: true, force: true });
  }

  async #fetchInto(gitdir: string, object: string, signal: AbortSignal | undefined): Promise<void> {
    await git.init({ fs, gitdir, bare: true });
    const { url } = this.#options;
    await git.addRemote({ fs, gitdir, remote: 'origin', url });
    await this.#told(() =>
      git.fetch({
        fs,
        gitdir,
        url,
        http: httpClient({ ...this.#options, signal }),
        ref: object,
        depth: 1,
        singleBranch: true,
        tags: false,
      }),
    );
  }

  async #listRefs(
    prefix: string,
    signal: AbortSignal | undefined,
  ): Promise<Awaited<ReturnType<typeof git.listServerRefs>>> {
    const { url } = this.#options;
    return this.#told(() =>
      git.listServerRefs({
        url,
        http: httpClient({ ...this.#options, signal }),
        prefix,
        peelTags: true,
        protocolVersion: 2,
      }),
    );
  }

  /** isomorphic-git's errors name neither kind nor reason. */
  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GitSourceError || !isGitError(error)) throw error;
      throw remoteError(this.#options.url, error);
    }
  }

  /** Keeps the commits that were asked for last. */
  async #prune(): Promise<void> {
    const names = await readdir(this.#directory);
    const aged = await Promise.all(
      names.map(async (name) => {
        const found = await stat(join(this.#directory, name)).catch(undefinedIfMissing);
        return { name, usedMs: found?.mtimeMs ?? 0 };
      }),
    );
    const newestFirst = aged.toSorted((left, right) => right.usedMs - left.usedMs);
    const commits = newestFirst.filter(({ name }) => oidPattern.test(name));
    const abandoned = newestFirst.filter(
      ({ name, usedMs }) => name.startsWith('fetching-') && usedMs < Date.now() - abandonedMs,
    );
    for (const { name } of [...commits.slice(commitsKept), ...abandoned]) {
      await rm(join(this.#directory, name), { recursive: true, force: true });
    }
  }
}

function remoteError(url: string, error: Error): GitSourceError {
  if (error instanceof git.Errors.SmartHttpError) {
    return new GitSourceError('stalled', 'NotAGitServer', `${url} answers, but not as a Git server does`, {
      cause: error,
    });
  }
  return new GitSourceError('retry', 'FetchFailed', `${url}: ${error.message}`, { cause: error });
}

/** All errors of isomorphic-git carry its code; programming errors do not. */
function isGitError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === error.name;
}

/** The rename of whoever comes second finds the same commit there already. */
async function renameOnce(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))
      return;
    throw error;
  }
}

async function touch(directory: string): Promise<void> {
  const now = new Date();
  await utimes(directory, now, now);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(undefinedIfMissing)) !== undefined;
}
