import type { GitLimits } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import type { GitObject } from './object-reader.ts';
import { tooLarge } from './packed-size.ts';
import { type TreeContent, type TreeEntry, parseTree } from './tree-entries.ts';

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface PathProblem {
  readonly path: string;
  readonly message: string;
}

/** What a commit holds below a path: manifests, and what must not be there. Both in the order of their paths. */
export interface SourceTree {
  readonly files: readonly SourceFile[];
  readonly problems: readonly PathProblem[];
}

/** Resolves an object that must be there. */
export type ReadObject = (oid: string, type: GitObject['type']) => Promise<Buffer>;

const manifestName = /\.(?:ya?ml|json)$/u;

/** Files read at the same time: enough for the disk to be busy, few enough to bound what is held twice. */
const readsInFlight = 16;

/** Reads every manifest below `subpath`; what is hidden, or has another extension, is passed over. */
export async function readSourceTree(
  read: ReadObject,
  rootTree: string,
  subpath: readonly string[],
  limits: GitLimits,
): Promise<SourceTree> {
  const walk = new Walk(read, limits);
  const root = await walk.descend(rootTree, subpath);
  await walk.collect(root, subpath.join('/'), 0);
  const files = await walk.readFiles();
  return { files: sorted(files), problems: sorted(walk.problems) };
}

class Walk {
  readonly #read: ReadObject;
  readonly #limits: GitLimits;
  readonly #found: { readonly path: string; readonly oid: string }[] = [];
  readonly problems: PathProblem[] = [];
  #entries = 0;
  #bytes = 0;

  constructor(read: ReadObject, limits: GitLimits) {
    this.#read = read;
    this.#limits = limits;
  }

  /** Follows `segments` down; of the folders on the way only what makes the way unclear is a problem. */
  async descend(rootTree: string, segments: readonly string[]): Promise<string> {
    let oid = rootTree;
    for (const [depth, segment] of segments.entries()) {
      const path = segments.slice(0, depth + 1).join('/');
      const tree = await this.#tree(oid, segments.slice(0, depth).join('/'));
      const problem = tree.problems.find(({ name }) => name === segment);
      if (problem !== undefined)
        throw new GitSourceError('stalled', 'PathRefused', `${path} ${problem.message}`);
      const entry = tree.entries.find(({ name }) => name === segment);
      if (entry === undefined)
        throw new GitSourceError('stalled', 'PathNotFound', notFound(path, tree.entries));
      if (entry.type !== 'tree')
        throw new GitSourceError('stalled', 'PathNotAFolder', `${path} is a file, not a folder`);
      oid = entry.oid;
    }
    return oid;
  }

  async collect(oid: string, path: string, depth: number): Promise<void> {
    if (depth > this.#limits.treeDepthMax)
      throw tooLarge(`folders nested deeper at ${path}`, this.#limits.treeDepthMax, 'TreeTooDeep');
    const tree = await this.#tree(oid, path);
    const under = (name: string): string => (path === '' ? name : `${path}/${name}`);
    for (const { name, about, message } of tree.problems) {
      if (about !== 'type' || !isHidden(name)) this.problems.push({ path: under(name), message });
    }
    for (const entry of tree.entries) {
      if (isHidden(entry.name)) continue;
      if (entry.type === 'tree') await this.collect(entry.oid, under(entry.name), depth + 1);
      else if (manifestName.test(entry.name)) this.#take(under(entry.name), entry.oid);
    }
  }

  async readFiles(): Promise<readonly SourceFile[]> {
    const files: SourceFile[] = [];
    const queue = this.#found.values();
    const drain = async (): Promise<void> => {
      for (const { path, oid } of queue) {
        const content = await this.#readFile(path, oid);
        if (content === undefined) continue;
        this.#bytes += content.length;
        if (this.#bytes > this.#limits.totalBytesMax)
          throw tooLarge('more bytes of manifests', this.#limits.totalBytesMax, 'TreeTooLarge');
        files.push({ path, content });
      }
    };
    await Promise.all(Array.from({ length: readsInFlight }, drain));
    return files;
  }

  /** A file that is too large is the problem of that file. */
  async #readFile(path: string, oid: string): Promise<Buffer | undefined> {
    try {
      return await this.#read(oid, 'blob');
    } catch (error) {
      if (!(error instanceof GitSourceError) || error.reason !== 'ObjectTooLarge') throw error;
      this.problems.push({ path, message: `is larger than ${this.#limits.objectBytesMax} bytes` });
      return undefined;
    }
  }

  #take(path: string, oid: string): void {
    this.#found.push({ path, oid });
    if (this.#found.length > this.#limits.filesMax)
      throw tooLarge('more manifests', this.#limits.filesMax, 'TreeTooLarge');
  }

  async #tree(oid: string, path: string): Promise<TreeContent> {
    const tree = parseTreeAt(await this.#read(oid, 'tree'), path);
    this.#entries += tree.entries.length + tree.problems.length;
    if (this.#entries > this.#limits.entriesMax)
      throw tooLarge('more files and folders', this.#limits.entriesMax, 'TreeTooLarge');
    return tree;
  }
}

function parseTreeAt(bytes: Buffer, path: string): TreeContent {
  try {
    return parseTree(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GitSourceError(
      'stalled',
      'RepositoryDamaged',
      `${path === '' ? 'the root folder' : path}: ${error.message}`,
    );
  }
}

function notFound(path: string, entries: readonly TreeEntry[]): string {
  const folders = entries
    .filter((entry) => entry.type === 'tree' && !isHidden(entry.name))
    .map((entry) => entry.name);
  const there = folders.length === 0 ? 'there are no folders' : `the folders there are ${folders.join(', ')}`;
  return `the commit has no folder ${path}; ${there}`;
}

function sorted<T extends { readonly path: string }>(items: readonly T[]): readonly T[] {
  return [...items].sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}
