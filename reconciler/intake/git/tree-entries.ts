/** One entry of a tree object, or what is wrong with it. */
export interface TreeEntry {
  readonly type: 'file' | 'tree';
  readonly name: string;
  readonly oid: string;
}

export interface TreeProblem {
  /** A bad name or order makes a folder unclear; a link is merely nothing that is read. */
  readonly about: 'name' | 'order' | 'type';
  /** Safe to print: control characters and what is not UTF-8 are escaped. */
  readonly name: string;
  readonly message: string;
}

export interface TreeContent {
  readonly entries: readonly TreeEntry[];
  readonly problems: readonly TreeProblem[];
}

const oidBytes = 20;
const space = 0x20;

type EntryType = TreeEntry['type'] | 'symlink' | 'gitlink';

/** The modes that git writes, and the one that old versions did. */
const modes: Readonly<Record<string, EntryType>> = {
  '100644': 'file',
  '100755': 'file',
  '100664': 'file',
  '40000': 'tree',
  '120000': 'symlink',
  '160000': 'gitlink',
};

/**
 * Reads a tree object as strictly as `git fsck` does. Git libraries take what is crafted, such as an entry that
 * occurs twice, and then disagree on which counts: here it is a problem. Links are problems too, since what they
 * lead to is not part of the commit. Throws RangeError where the bytes are no tree at all.
 */
export function parseTree(bytes: Buffer): TreeContent {
  const entries: TreeEntry[] = [];
  const problems: TreeProblem[] = [];
  const seen = new Set<string>();
  let before: Buffer | undefined;
  for (let offset = 0; offset < bytes.length; ) {
    const { mode, raw, oid, end } = readEntry(bytes, offset);
    offset = end;
    const name = printable(raw);
    const type = modes[mode];
    const sortKey = type === 'tree' ? Buffer.concat([raw, Buffer.from('/')]) : raw;
    const problem =
      about('name', nameProblem(raw)) ??
      about(
        'order',
        seen.has(name) ? 'occurs more than once in its folder' : orderProblem(before, sortKey),
      ) ??
      about('type', typeProblem(type, mode));
    seen.add(name);
    before = sortKey;
    if (problem !== undefined) problems.push({ name, ...problem });
    else if (type === 'file' || type === 'tree') entries.push({ type, name, oid });
  }
  return { entries, problems };
}

function readEntry(bytes: Buffer, offset: number): { mode: string; raw: Buffer; oid: string; end: number } {
  const modeEnd = bytes.indexOf(space, offset);
  const nameEnd = bytes.indexOf(0, modeEnd);
  const end = nameEnd + 1 + oidBytes;
  if (modeEnd < 0 || nameEnd < 0 || end > bytes.length) throw new RangeError('the tree object is cut short');
  return {
    mode: bytes.toString('latin1', offset, modeEnd),
    raw: bytes.subarray(modeEnd + 1, nameEnd),
    oid: bytes.toString('hex', nameEnd + 1, end),
    end,
  };
}

function about(
  subject: TreeProblem['about'],
  message: string | undefined,
): Omit<TreeProblem, 'name'> | undefined {
  return message === undefined ? undefined : { about: subject, message };
}

function orderProblem(before: Buffer | undefined, sortKey: Buffer): string | undefined {
  if (before === undefined || Buffer.compare(before, sortKey) < 0) return undefined;
  return 'is not in order within its folder';
}

function nameProblem(raw: Buffer): string | undefined {
  const name = raw.toString('utf8');
  if (raw.length === 0) return 'has an empty name';
  if (name === '.' || name === '..') return 'is not a name that a file can have';
  if (isDotGit(name)) return 'has a name that is reserved for Git itself';
  if (name.includes('/')) return 'has a slash in its name';
  if (/[\u0000-\u001f\u007f]/u.test(name)) return 'has a control character in its name';
  if (Buffer.compare(Buffer.from(name), raw) !== 0) return 'has a name that is not UTF-8';
  return undefined;
}

/** `.git` in any case, with what file systems of other machines drop, and its short name on Windows. */
function isDotGit(name: string): boolean {
  return /^(?:\.git|git~1)[. ]*$/iu.test(
    name.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, ''),
  );
}

function typeProblem(type: EntryType | undefined, mode: string): string | undefined {
  switch (type) {
    case 'file':
    case 'tree':
      return undefined;
    case 'symlink':
      return 'is a symbolic link; links are not followed';
    case 'gitlink':
      return 'is a submodule; submodules are not read';
    case undefined:
      return `has a mode that Git does not write: ${JSON.stringify(mode)}`;
  }
}

function printable(raw: Buffer): string {
  const name = raw.toString('utf8');
  return name.replace(
    /[\u0000-\u001f\u007f]/gu,
    (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
