import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Git as its tests run it: no configuration of the machine or the user, one author. */
const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'author',
  GIT_AUTHOR_EMAIL: 'author@berth.test',
  GIT_COMMITTER_NAME: 'committer',
  GIT_COMMITTER_EMAIL: 'committer@berth.test',
};

/** A bare repository made with real git, a working copy to push from, and a cache folder; gone when disposed of. */
export class ScratchRepository implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'berth-git-'));
  readonly bare = join(this.root, 'shop.git');
  readonly work = join(this.root, 'work');
  readonly cache = join(this.root, 'cache');

  constructor() {
    mkdirSync(this.work);
    this.git(['init', '-q', '--bare', '-b', 'main', this.bare]);
    this.git(['init', '-q', '-b', 'main']);
    this.git(['remote', 'add', 'origin', this.bare]);
  }

  /** Runs git in the working copy; its output without the last line break. */
  git(args: readonly string[], input?: Uint8Array | string): string {
    const output = execFileSync('git', args, {
      cwd: this.work,
      env: environment,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    });
    return output.trimEnd();
  }

  /** Runs git in the bare repository. */
  gitBare(args: readonly string[], input?: Uint8Array | string): string {
    return this.git(['--git-dir', this.bare, ...args], input);
  }

  /** Commits files and pushes them; the commit. */
  push(files: Readonly<Record<string, string>>, branch = 'main'): string {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.work, path)), { recursive: true });
      writeFileSync(join(this.work, path), content);
    }
    this.git(['add', '--all', '--force']);
    this.git(['commit', '-q', '--allow-empty', '-m', 'change']);
    this.git(['push', '-q', 'origin', `HEAD:refs/heads/${branch}`]);
    return this.git(['rev-parse', 'HEAD']);
  }

  blob(content: Uint8Array | string): string {
    return this.gitBare(['hash-object', '-w', '--stdin'], content);
  }

  /** A tree of exactly these entries, in this order, however wrong they are. */
  craftTree(
    entries: readonly { readonly mode: string; readonly name: Uint8Array | string; readonly oid: string }[],
  ): string {
    const bytes = entries.map(({ mode, name, oid }) =>
      Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]),
    );
    return this.gitBare(['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], Buffer.concat(bytes));
  }

  /** Makes `tree` the content of the branch; the commit. */
  commitTree(tree: string, branch = 'main'): string {
    const commit = this.gitBare(['commit-tree', '-m', 'crafted', tree]);
    this.gitBare(['update-ref', `refs/heads/${branch}`, commit]);
    return commit;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
