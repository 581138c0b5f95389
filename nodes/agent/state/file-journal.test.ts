import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import type { ConfigMapEntry, DesiredUpdate } from '../../../schemas/wire/messages.ts';
import { applyUpdate, type DesiredState } from '../core/desired-state.ts';
import type { Logger } from '../core/ports.ts';
import { JournalFull } from '../core/problems.ts';
import { FileJournal } from './file-journal.ts';

const root = mkdtempSync(join(tmpdir(), 'berth-journal-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

function quiet(): undefined {
  return undefined;
}
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function newFolder(): string {
  return join(root, String(count++));
}

function entry(name: string, bytes = 10): ConfigMapEntry {
  return {
    key: `configmap/default/${name}`,
    type: 'configmap',
    data: { value: 'x'.repeat(bytes) },
    binaryData: {},
  };
}

class Writer {
  state: DesiredState;
  readonly journal: FileJournal;

  constructor(opened: { readonly journal: FileJournal; readonly state: DesiredState }) {
    this.journal = opened.journal;
    this.state = opened.state;
  }

  async write(upserts: readonly ConfigMapEntry[], isWhole = false): Promise<void> {
    const { generation } = this.state;
    const base = isWhole || generation === 0 ? null : generation;
    const update: DesiredUpdate = { epoch: 1, generation: generation + 1, base, upserts, removes: [] };
    const { state } = applyUpdate(this.state, update);
    await this.journal.append(update, state);
    this.state = state;
  }
}

const opened: FileJournal[] = [];

async function open(folder: string): Promise<Writer> {
  const writer = new Writer(await FileJournal.open(folder, logger));
  opened.push(writer.journal);
  return writer;
}

async function closeAll(): Promise<void> {
  for (const journal of opened.splice(0)) await journal.close();
}
afterEach(closeAll);

function journalFile(folder: string): string {
  const [name] = readdirSync(folder);
  return join(folder, name ?? '');
}

test('what was appended is there again, and only root may read it', async () => {
  const folder = newFolder();
  const writer = await open(folder);
  await writer.write([entry('a')]);
  await writer.write([entry('b')]);
  const again = await open(folder);
  assert.deepEqual(again.state, writer.state);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(journalFile(folder)).mode & 0o777, 0o600);
});

test('a delta costs its own size, however large the state is', async () => {
  const folder = newFolder();
  const writer = await open(folder);
  await writer.write([entry('large', 1_000_000)]);
  const before = statSync(journalFile(folder)).size;
  await writer.write([entry('small')]);
  assert.ok(statSync(journalFile(folder)).size - before < 300);
});

test('a torn record at the end is cut off, whatever its length', async () => {
  const folder = newFolder();
  const writer = await open(folder);
  await writer.write([entry('a')]);
  const kept = writer.state;
  const whole = statSync(journalFile(folder)).size;
  await writer.write([entry('b')]);
  const full = readFileSync(journalFile(folder));
  for (let length = whole; length < full.length; length += 7) {
    writeFileSync(journalFile(folder), full);
    truncateSync(journalFile(folder), length);
    const again = await open(folder);
    assert.deepEqual(again.state, kept);
    await again.write([entry('c')]);
    assert.deepEqual((await open(folder)).state, again.state);
  }
});

test('a flipped bit is not believed', async () => {
  const folder = newFolder();
  const writer = await open(folder);
  await writer.write([entry('a')]);
  const kept = writer.state;
  const whole = statSync(journalFile(folder)).size;
  await writer.write([entry('b')]);
  const content = readFileSync(journalFile(folder));
  content[whole + 20] = (content[whole + 20] ?? 0) ^ 1;
  writeFileSync(journalFile(folder), content);
  assert.deepEqual((await open(folder)).state, kept);
});

test('many changes are folded into one file that begins with the whole state', async () => {
  const folder = newFolder();
  const writer = await open(folder);
  for (let index = 0; index < 40; index++) await writer.write([entry(`name-${String(index % 4)}`, 100_000)]);
  assert.equal(readdirSync(folder).length, 1);
  assert.ok(statSync(journalFile(folder)).size < 3_000_000);
  assert.deepEqual((await open(folder)).state, writer.state);
});

test('an unfinished new file is passed over, the former one counts', async () => {
  const folder = newFolder();
  const writer = await open(folder);
  await writer.write([entry('a')]);
  writeFileSync(join(folder, 'journal-9.new'), 'half');
  writeFileSync(join(folder, 'journal-8'), 'damaged');
  assert.deepEqual((await open(folder)).state, writer.state);
});

test('garbage behind the last record does not hide what comes later', async () => {
  const folder = newFolder();
  const writer = await open(folder);
  await writer.write([entry('a')]);
  appendFileSync(journalFile(folder), Buffer.alloc(100));
  const again = await open(folder);
  await again.write([entry('b')]);
  assert.deepEqual((await open(folder)).state, again.state);
});

test('a full disk refuses the update, keeps the state, and takes a smaller one afterwards', async (context) => {
  const folder = newFolder();
  if (process.getuid?.() !== 0) return context.skip('mounting a small disk needs root');
  execFileSync('mkdir', [folder]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
  try {
    const writer = await open(folder);
    await writer.write([entry('a')]);
    await assert.rejects(writer.write([entry('huge', 1_000_000)]), JournalFull);
    await assert.rejects(writer.write([entry('huge', 1_000_000)], true), JournalFull);
    await writer.write([entry('b')]);
    const again = await open(folder);
    assert.deepEqual(again.state, writer.state);
  } finally {
    await closeAll();
    execFileSync('umount', [folder]);
  }
});
