import { readFile, stat } from 'node:fs/promises';
import fs from 'node:fs';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { undefinedIfMissing } from './file-errors.ts';
import { GitSourceError } from './git-source-error.ts';

/** Branches that an error names when the one asked for is not there. */
const branchesNamed = 20;

const oidPattern = /^[0-9a-f]{40}$/u;

/**
 * The Git directory of the repository at `path`, bare or not. Throws GitSourceError where there is none, or one
 * that is kept in a way that Berth does not read.
 */
export async function findGitDirectory(path: string): Promise<string> {
  for (const candidate of [path, join(path, '.git')]) {
    if (await isGitDirectory(candidate)) {
      await assertReadable(candidate, path);
      return candidate;
    }
  }
  if ((await kindOf(join(path, '.git'))) === 'file') {
    throw new GitSourceError(
      'stalled',
      'RepositoryNotSupported',
      `${path} is a linked worktree or a submodule; give the repository that it belongs to`,
    );
  }
  const there = await kindOf(path);
  const why = there === undefined ? 'it does not exist' : `it is a ${there} without a Git repository`;
  throw new GitSourceError('stalled', 'RepositoryNotFound', `there is no Git repository at ${path}: ${why}`);
}

/** The commit that `ref` names: a branch first, then a tag, a full ref name, or a commit. */
export async function resolveLocalRef(gitDirectory: string, ref: string): Promise<string> {
  const oid = (await rawRef(gitDirectory, ref)) ?? (await rawRef(gitDirectory, ref));
  // Asked twice: between the two places where a ref may be, it can be on its way while `git pack-refs` runs.
  if (oid === undefined) throw await refNotFound(gitDirectory, ref);
  return oid;
}

/** What the ref holds, which may be an annotated tag. */
export async function rawRef(gitDirectory: string, ref: string): Promise<string | undefined> {
  if (oidPattern.test(ref)) return ref;
  for (const candidate of refCandidates(ref)) {
    const oid = await git.resolveRef({ fs, gitdir: gitDirectory, ref: candidate }).catch((error: unknown) => {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw error;
    });
    if (oid !== undefined && oidPattern.test(oid)) return oid;
  }
  return undefined;
}

/** Full names that a short one may stand for, in order. */
export function refCandidates(ref: string): readonly string[] {
  if (ref === 'HEAD' || ref.startsWith('refs/')) return [ref];
  return [`refs/heads/${ref}`, `refs/tags/${ref}`];
}

export function refNotFoundError(ref: string, branches: readonly string[]): GitSourceError {
  const named = branches.slice(0, branchesNamed).join(', ');
  const more = branches.length > branchesNamed ? `, and ${branches.length - branchesNamed} more` : '';
  const there =
    branches.length === 0 ? 'the repository has no branches yet' : `the branches are ${named}${more}`;
  return new GitSourceError('stalled', 'RefNotFound', `there is no branch, tag or commit ${ref}; ${there}`);
}

async function refNotFound(gitDirectory: string, ref: string): Promise<GitSourceError> {
  const branches = await git.listBranches({ fs, gitdir: gitDirectory });
  return refNotFoundError(ref, [...branches].sort());
}

/** What git itself asks of a directory (is_git_directory in setup.c). */
async function isGitDirectory(path: string): Promise<boolean> {
  const kinds = await Promise.all(['HEAD', 'objects', 'refs'].map((name) => kindOf(join(path, name))));
  return kinds[0] === 'file' && kinds[1] === 'folder' && kinds[2] === 'folder';
}

async function assertReadable(gitDirectory: string, path: string): Promise<void> {
  // It may have been taken away since it was found; what is asked next will say so.
  const config = (await readFile(join(gitDirectory, 'config'), 'utf8').catch(undefinedIfMissing)) ?? '';
  const unsupported = (what: string): GitSourceError =>
    new GitSourceError('stalled', 'RepositoryNotSupported', `${path} ${what}`);
  if (/^\s*refstorage\s*=\s*reftable\s*$/imu.test(config)) {
    throw unsupported(
      'keeps its refs as a reftable; only files are read. Make it anew with git init --ref-format=files',
    );
  }
  if (/^\s*objectformat\s*=\s*sha256\s*$/imu.test(config)) {
    throw unsupported('names its objects by SHA-256; only SHA-1 is read');
  }
  if ((await kindOf(join(gitDirectory, 'objects', 'info', 'alternates'))) === 'file') {
    throw unsupported(
      'borrows objects from another repository (objects/info/alternates); run git repack -a -d in it and remove that file',
    );
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(undefinedIfMissing);
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'folder' : 'file';
}
