import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GitSourceError } from './git-source-error.ts';

/** Where a repository is, with what it is asked with kept apart from what may be shown. */
export type RepositoryLocation =
  | { readonly type: 'local'; readonly path: string }
  | { readonly type: 'remote'; readonly url: string; readonly authorization?: string };

export interface GitCredentials {
  readonly username?: string;
  readonly password?: string;
  /** A personal or deploy token: sent as the password, with any user name, which is what forges ask for. */
  readonly token?: string;
}

/** Forges take a token with any name that is not empty. */
const tokenUser = 'git';

/** Reads a URL or a path. Throws GitSourceError where Berth cannot read from such a place. */
export function repositoryLocation(repository: string, credentials: GitCredentials = {}): RepositoryLocation {
  if (/^[^/@:]+@[^/@:]+:/u.test(repository)) throw unsupportedScheme('ssh');
  if (!/^[a-z][a-z0-9+.-]*:\/\//iu.test(repository)) {
    if (repository === '')
      throw new GitSourceError('stalled', 'InvalidRepository', 'the repository is not given');
    return { type: 'local', path: resolve(repository) };
  }
  // The text that cannot be parsed may hold a password: it is not repeated.
  if (!URL.canParse(repository)) {
    throw new GitSourceError('stalled', 'InvalidRepository', "the repository's URL cannot be read");
  }
  const url = new URL(repository);
  switch (url.protocol) {
    case 'file:':
      return { type: 'local', path: fileURLToPath(url) };
    case 'http:':
    case 'https:':
      return remoteLocation(url, credentials);
    default:
      throw unsupportedScheme(url.protocol.replace(':', ''));
  }
}

function remoteLocation(url: URL, credentials: GitCredentials): RepositoryLocation {
  const username = credentials.username ?? decodeURIComponent(url.username);
  const password = credentials.token ?? credentials.password ?? decodeURIComponent(url.password);
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  shown.hash = '';
  const bare = shown.href.replace(/\/+$/u, '');
  if (username === '' && password === '') return { type: 'remote', url: bare };
  const pair = `${username === '' ? tokenUser : username}:${password}`;
  return { type: 'remote', url: bare, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function unsupportedScheme(scheme: string): GitSourceError {
  return new GitSourceError(
    'stalled',
    'SchemeNotSupported',
    `repositories are read by https, http, or from a local path; not by ${scheme} yet`,
  );
}
