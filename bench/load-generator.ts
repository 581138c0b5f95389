/**
 * Requests from h2load, nghttp2's load generator: written in C, so that what a client in JavaScript does with its own
 * memory and timers is not taken for the server's time, on a machine whose cores both share.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryCommand } from '../fixtures/lab/command.ts';
import { ensurePackages } from '../fixtures/lab/packages.ts';

export interface LoadTarget {
  /** Of the API, without a path. */
  readonly url: string;
  readonly token: string;
}

export interface Load {
  /** Requested in turn, from the first on again. */
  readonly paths: readonly string[];
  /** Sent with every request, which makes them POSTs; GETs without one. */
  readonly body?: string;
  readonly count: number;
}

export interface LoadResult {
  /** From sending a request to the end of its answer, in milliseconds. */
  readonly durations: readonly number[];
  /** Requests sent each second. */
  readonly perSecond: number;
}

/** Requests that may wait for answers when they come at a steady rate: those after a stall are sent all the same. */
const waitingMax = 100;
const calibrationRequests = 1000;
const calibrationsMax = 10;
/** By how much h2load's timers are late on the average. */
const latenessMs = 0.6;

/** Sends requests one by one at `perSecond` or a little faster, whether or not the former ones are answered. */
export async function steadyLoad(target: LoadTarget, load: Load, perSecond: number): Promise<LoadResult> {
  let intervalMs = 1000 / perSecond - latenessMs;
  const sample = { ...load, count: Math.min(load.count, calibrationRequests) };
  for (let round = 0; round < calibrationsMax; round++) {
    const rate = (await run(target, sample, intervalMs)).perSecond;
    if (rate >= perSecond) return await run(target, load, intervalMs);
    intervalMs -= 1000 / rate - 1000 / perSecond;
  }
  throw new Error(`h2load does not send ${perSecond} requests per second here`);
}

/** Keeps `width` requests waiting for answers until `count` are through. */
export async function fullLoad(target: LoadTarget, load: Load, width: number): Promise<LoadResult> {
  return await run(target, load, undefined, width);
}

async function run(
  target: LoadTarget,
  load: Load,
  intervalMs: number | undefined,
  width = waitingMax,
): Promise<LoadResult> {
  await ensurePackages(['nghttp2-client']);
  const directory = await mkdtemp(join(tmpdir(), 'berth-bench-load-'));
  try {
    const log = join(directory, 'log');
    const headers = [`authorization: Bearer ${target.token}`, 'accept: application/json'];
    const args = ['-c', '1', '-t', '1', '-m', String(width), '-n', String(load.count), `--log-file=${log}`];
    if (load.body !== undefined) {
      await writeFile(join(directory, 'body'), load.body);
      headers.push('content-type: application/json');
      args.push('-d', join(directory, 'body'));
    }
    const urls = load.paths.map((path) => `${target.url}${path}`);
    const list = join(directory, 'requests');
    if (intervalMs === undefined) {
      await writeFile(list, urls.map((url) => `${url}\n`).join(''));
      args.push(`--input-file=${list}`);
    } else {
      const lines = Array.from(
        { length: load.count },
        (_, index) => `${(index * intervalMs).toFixed(3)}\t${urls[index % urls.length]}\n`,
      );
      await writeFile(list, lines.join(''));
      args.push(`--timing-script-file=${list}`);
    }
    const { code, stderr } = await tryCommand('h2load', [...args, ...headers.flatMap((h) => ['-H', h])]);
    // Not the command line: the token is in it.
    if (code !== 0) throw new Error(`h2load ended with ${code}: ${stderr.trim()}`);
    return resultOf(await readFile(log, 'utf8'), load.count);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Reads a log: a line per request with the microsecond it was sent, the status, and the microseconds it took. */
function resultOf(log: string, count: number): LoadResult {
  const rows = log
    .trim()
    .split('\n')
    .map((line) => line.split('\t').map(Number));
  const failed = rows.filter(([, status = 0]) => status < 200 || status > 299).length;
  if (failed > 0 || rows.length !== count)
    throw new Error(`${failed} of ${rows.length} requests failed, and ${count} were to be sent`);
  const sent = rows.map(([microseconds = 0]) => microseconds).sort((left, right) => left - right);
  const seconds = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1e6;
  return {
    durations: rows.map(([, , microseconds = 0]) => microseconds / 1000),
    perSecond: (count - 1) / seconds,
  };
}
