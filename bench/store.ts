/**
 * The embedded store beside a real etcd on the same machine, in the same run: 1 KiB values, compare on mod revision,
 * acknowledged when on disk, which an injected delay of fdatasync proves for both.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ensurePackages } from '../fixtures/lab/packages.ts';
import { EtcdClient } from '../reconciler/store/etcd/etcd-client.ts';
import { openLogStore } from '../reconciler/store/log/log-store.ts';
import { EtcdServer } from '../test/contract/etcd-server.ts';
import { median, percentile, printFigures, type Row } from './figures.ts';
import type { LargeFigures } from './store-large.ts';
import { keyOf, type Load, runFor, Writers } from './store-load.ts';
import { embeddedPeer, etcdPeer, keyPrefix, type Peer } from './store-peers.ts';

const keys = 10_000;
const rounds = 5;
const roundMs = 2_000;
const fillAtOnce = 64;
const rangeRecords = 500;
const largeObjects = 200_000;
const largeSeconds = 20;
const delayMs = 20;
const delayedCommits = 30;

const run_ = promisify(execFile);

interface Side {
  readonly peer: Peer;
  readonly writers: Writers;
}

/** What is measured, and how many do it at once. */
const loads: readonly {
  readonly name: string;
  readonly aim: number;
  readonly run: (side: Side) => Promise<Load>;
}[] = [
  { name: 'writes, 64 writers', aim: 4, run: ({ writers }) => writers.run(roundMs, 64) },
  { name: 'writes, 1 writer', aim: 1.5, run: ({ writers }) => writers.run(roundMs, 1) },
  {
    name: 'point reads, 64 at once',
    aim: 100,
    run: ({ peer }) =>
      runFor(roundMs, 64, (worker, turn) => peer.get(keyOf((worker * 997 + turn * 7919) % keys))),
  },
  {
    name: `ranges of ${rangeRecords}`,
    aim: 2.5,
    run: ({ peer }) =>
      runFor(roundMs, 1, (_, turn) => peer.range(keyOf((turn * 7919) % (keys - rangeRecords)), rangeRecords)),
  },
];

export async function run(_args: string[]): Promise<void> {
  await ensurePackages(['etcd-server', 'strace']);
  const root = mkdtempSync(join(tmpdir(), 'berth-bench-store-'));
  try {
    const { rows, p99Ms } = await beside(root);
    progress(`${largeObjects} objects`);
    const large = await ownProcess<LargeFigures>('store-large.ts', [
      join(root, 'large'),
      String(largeObjects),
      String(largeSeconds),
    ]);
    progress('');
    printFigures('store', [...rows.slice(0, -2), ...largeRows(large), ...rows.slice(-2)], {
      aims: Object.fromEntries(loads.map(({ name, aim }) => [name, aim])),
      p99Ms,
      large,
      delayMs,
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function beside(root: string): Promise<{
  readonly rows: readonly Row[];
  readonly p99Ms: Readonly<Record<string, unknown>>;
}> {
  const server = await EtcdServer.start({ arguments: ['--quota-backend-bytes', '8000000000'] });
  const client = new EtcdClient({ endpoints: [server.url] });
  const store = await openLogStore({ directory: join(root, 'berth') });
  try {
    const ours = await sideOf(embeddedPeer(store));
    const theirs = await sideOf(etcdPeer(client));
    const rows: Row[] = [];
    const p99Ms: Record<string, unknown> = {};
    for (const { name, run: measure } of loads) {
      const [mine, its]: [Load[], Load[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        progress(`${name}, round ${round + 1} of ${rounds}`);
        mine.push(await measure(ours));
        its.push(await measure(theirs));
      }
      rows.push(rateRow(name, mine, its));
      p99Ms[name] = { berth: latencyOf(mine), etcd: latencyOf(its) };
    }
    return { rows: [...rows, ...(await delayed(root, server, theirs))], p99Ms };
  } finally {
    await store.close();
    client.close();
    await server.dispose();
  }
}

async function sideOf(peer: Peer): Promise<Side> {
  progress(`filling ${peer.name} with ${keys} keys under ${keyPrefix}`);
  const writers = new Writers(peer, keys);
  await writers.fill(fillAtOnce);
  return { peer, writers };
}

/** Rates: `p99` is the lowest of the rounds, `floor` is etcd's median. */
function rateRow(name: string, mine: readonly Load[], its: readonly Load[]): Row {
  const rates = mine.map(({ perSecond }) => perSecond);
  return {
    name,
    unit: '/s',
    median: median(rates),
    p99: Math.min(...rates),
    floor: median(its.map(({ perSecond }) => perSecond)),
  };
}

function latencyOf(rounds_: readonly Load[]): number {
  return percentile(
    rounds_.flatMap(({ latenciesMs }) => latenciesMs),
    0.99,
  );
}

function largeRows(large: LargeFigures): readonly Row[] {
  const { p50Ms, p99Ms, stallMs, loopStallMs, writesPerSecond, residentMiB, diskMiB, openMs } = large;
  const single = (name: string, unit: string, value: number): Row => ({
    name: `${large.objects} objects: ${name}`,
    unit,
    median: value,
    p99: value,
  });
  return [
    single('writes, 64 writers', '/s', writesPerSecond),
    { ...single('one commit', 'ms', p50Ms), p99: p99Ms },
    single('longest commit', 'ms', stallMs),
    single('longest hold of the event loop', 'ms', loopStallMs),
    single('resident memory', 'MiB', residentMiB),
    single('on disk', 'MiB', diskMiB),
    single('opening, all verified', 'ms', openMs),
  ];
}

/** One commit with fdatasync delayed by strace: what is acknowledged before its sync would not show it. */
async function delayed(root: string, server: EtcdServer, theirs: Side): Promise<readonly Row[]> {
  progress('one commit, fdatasync delayed');
  const directory = join(root, 'delayed');
  const plain = await ownProcess<number>('store-latency.ts', [directory, String(delayedCommits)]);
  const slow = await ownProcess<number>('store-latency.ts', [directory, String(delayedCommits)], straceWords);
  const itsPlain = await theirs.writers.run(1_000, 1);
  const attached = spawn('strace', [...straceWords.slice(1), '-p', String(server.pid)], { stdio: 'ignore' });
  try {
    await pause(500);
    const itsSlow = await theirs.writers.run(1_500, 1);
    const name = (rest: string): string => `one commit${rest}`;
    const row = (rest: string, mine: number, its: Load): Row => ({
      name: name(rest),
      unit: 'ms',
      median: mine,
      p99: mine,
      floor: median(its.latenciesMs),
    });
    return [row('', plain, itsPlain), row(`, fdatasync ${delayMs} ms longer`, slow, itsSlow)];
  } finally {
    attached.kill('SIGTERM');
  }
}

const straceWords: readonly string[] = [
  ...['strace', '-f', '-qqq', '-o', '/dev/null', '-e', 'trace=fdatasync'],
  ...['-e', `inject=fdatasync:delay_enter=${delayMs * 1000}`],
];

/** Runs a program of this folder; what its last line says. */
async function ownProcess<T>(
  file: string,
  args: readonly string[],
  under: readonly string[] = [],
): Promise<T> {
  const words = [
    ...under,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, file),
    ...args,
  ];
  const { stdout } = await run_(words[0] ?? '', words.slice(1));
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}
