import type { GitLimits } from './git-limits.ts';
import { GitSourceError } from './git-source-error.ts';
import { type GitObject, ObjectReader } from './object-reader.ts';
import { type SourceTree, readSourceTree } from './tree-reader.ts';

/** Tags of tags: git allows any number, people make one. */
const tagDepthMax = 8;

/**
 * Reads commits of one repository. What the last one had is kept by name, so that of the next one only what
 * changed is read: of a repository of thousands of files, a handful.
 */
export class CommitReader {
  readonly #subpath: readonly string[];
  readonly #limits: GitLimits;
  #known: ReadonlyMap<string, Buffer> = new Map();

  constructor(subpath: readonly string[], limits: GitLimits) {
    this.#subpath = subpath;
    this.#limits = limits;
  }

  async readTree(gitDirectory: string, commit: string): Promise<SourceTree> {
    const reader = new ObjectReader(gitDirectory, this.#limits);
    const seen = new Map<string, Buffer>();
    const read = async (oid: string, type: GitObject['type']): Promise<Buffer> => {
      const content = this.#known.get(oid) ?? (await mustRead(reader, oid, type));
      seen.set(oid, content);
      return content;
    };
    const tree = await readSourceTree(
      read,
      treeOf(commit, await read(commit, 'commit')),
      this.#subpath,
      this.#limits,
    );
    this.#known = seen;
    return tree;
  }

  /** The commit that an object is, or that a tag leads to. Undefined where the repository does not have the object. */
  async peel(gitDirectory: string, oid: string): Promise<string | undefined> {
    const reader = new ObjectReader(gitDirectory, this.#limits);
    let name = oid;
    for (let depth = 0; depth < tagDepthMax; depth++) {
      const object = await reader.read(name);
      if (object === undefined) return undefined;
      if (object.type === 'commit') return name;
      const [, target] = /^object ([0-9a-f]{40})\n/u.exec(object.content.toString('latin1', 0, 60)) ?? [];
      if (object.type !== 'tag' || target === undefined) {
        throw new GitSourceError('stalled', 'NotACommit', `${oid} is a ${object.type}, not a commit`);
      }
      name = target;
    }
    throw new GitSourceError('stalled', 'NotACommit', `${oid} is a tag of tags beyond ${tagDepthMax}`);
  }
}

async function mustRead(reader: ObjectReader, oid: string, type: GitObject['type']): Promise<Buffer> {
  const object = await reader.read(oid);
  if (object === undefined) {
    throw new GitSourceError('stalled', 'ObjectMissing', `the repository does not have the ${type} ${oid}`);
  }
  if (object.type === type) return object.content;
  throw new GitSourceError(
    'stalled',
    'RepositoryDamaged',
    `${oid} should be a ${type}, and is a ${object.type}`,
  );
}

function treeOf(commit: string, content: Buffer): string {
  const [, tree] = /^tree ([0-9a-f]{40})\n/u.exec(content.toString('latin1', 0, 60)) ?? [];
  if (tree === undefined)
    throw new GitSourceError('stalled', 'RepositoryDamaged', `commit ${commit} names no tree`);
  return tree;
}
