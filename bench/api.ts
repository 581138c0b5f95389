/**
 * The API as clients meet it, over TLS: single objects read and written, ten thousand pods listed, a thousand watchers.
 * Latency is measured at a steady rate, whether or not former requests are answered; throughput with as many at once
 * as the server takes, when latency says only how many there are. The floor of a read is the same server's /healthz:
 * TLS, HTTP/2 and the way of a request, without any object; that of creates too. Clients share the machine's cores with
 * the server.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { reconcilerArguments } from '../cli/up.ts';
import { ApiClient, timed } from './api-client.ts';
import { median, percentile, printFigures, type Row } from './figures.ts';
import { fullLoad, type Load, type LoadTarget, steadyLoad } from './load-generator.ts';

const pods = '/api/v1/namespaces/bench/pods';
const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
/** As many as the store is measured with: they fill its grouped commits. */
const writers = 64;
const readers = 8;
/** Requests each second while latency is measured: a busy cluster, and less than half of what one core takes. */
const getsPaced = 500;
const createsPaced = 300;
const createsMeasured = 4000;
/** Before those that count. The compiler still works on a second core after ten thousand. */
const warmCreates = 30_000;
/** Throughput is measured in turns with its floor: the machine's own speed changes within a minute. */
const rounds = 5;
const listsMeasured = 15;
/** Changes before those that count: compilers and caches are warm in a server that runs. */
const warmChanges = 20;
const measuredChanges = 100;
const watchConnections = 8;

/** `api [--pods N] [--watches N] [--writes N]` */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      pods: { type: 'string', default: '10000' },
      watches: { type: 'string', default: '1000' },
      writes: { type: 'string', default: '10000' },
    },
  });
  const counts = {
    pods: Number(values.pods),
    watches: Number(values.watches),
    writes: Number(values.writes),
  };
  const small = await withBerth(async (berth) => {
    await makePods(berth, 1000);
    return berth.memoryMegabytes();
  });
  const writes = await withBerth((berth) => measureWrites(berth, counts.writes));
  const reads = await withBerth((berth) => measureReads(berth, counts));
  printFigures('api', [...writes.rows, ...reads.rows], {
    ...counts,
    ...writes.details,
    ...reads.details,
    megabytesWith1000Pods: small,
  });
}

/** The nodes that the pods are on; they report, as hosts do, lest they be lost with all that they run. */
const nodes = Array.from({ length: 100 }, (_, index) => `node-${index}`);
const heartbeatMs = 10_000;

function createNodes(client: ApiClient): Promise<void[]> {
  return Promise.all(
    nodes.map((name) =>
      expectCode(client.call('POST', '/api/v1/nodes', JSON.stringify({ metadata: { name } })), 201),
    ),
  );
}

async function heartbeats(client: ApiClient, signal: AbortSignal): Promise<void> {
  for (let beats = 0; !signal.aborted; beats++) {
    await beat(client, nodes[beats % nodes.length] ?? '');
    await setTimeout(heartbeatMs / nodes.length);
  }
}

async function beat(client: ApiClient, name: string): Promise<void> {
  const status = {
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: new Date().toISOString() }],
  };
  const patch = { 'content-type': 'application/strategic-merge-patch+json' };
  const path = `/api/v1/nodes/${name}/status`;
  await expectCode(client.call('PATCH', path, JSON.stringify({ status }), patch), 200);
}

interface Berth {
  readonly target: LoadTarget;
  readonly client: ApiClient;
  readonly connect: () => ApiClient;
  /** Resident memory. */
  readonly memoryMegabytes: () => number;
  /** Time on a processor since its start, all threads. */
  readonly cpuSeconds: () => number;
}

async function withBerth<T>(work: (berth: Berth) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'berth-bench-api-'));
  const config = join(directory, 'berth.yaml');
  writeFileSync(config, 'listen: 127.0.0.1:0\n');
  const child = spawn(process.execPath, reconcilerArguments('serve', { state: directory, config }), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    let url = '';
    for await (const line of createInterface({ input: child.stdout })) {
      url = /API on (https:\S+)/.exec(line)?.[1] ?? '';
      if (url !== '') break;
    }
    if (url === '') throw new Error('the reconciler ended before its API was up');
    const pid = child.pid ?? 0;
    const client = new ApiClient(url, directory);
    await expectCode(
      client.call('POST', '/api/v1/namespaces', JSON.stringify({ metadata: { name: 'bench' } })),
      201,
    );
    await createNodes(client);
    const stop = new AbortController();
    const beating = heartbeats(client, stop.signal);
    const result = await work({
      target: { url, token: readFileSync(join(directory, 'admin.token'), 'utf8').trim() },
      client,
      connect: () => new ApiClient(url, directory),
      memoryMegabytes: () =>
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
      cpuSeconds: () => cpuSecondsOf(pid),
    });
    stop.abort();
    await beating;
    client.close();
    return result;
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true });
  }
}

function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticksPerSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function expectCode(
  answer: Promise<{ readonly code: number; readonly body: Buffer }>,
  code: number,
): Promise<void> {
  const { code: got, body } = await answer;
  if (got !== code) throw new Error(`expected ${code}, got ${got}: ${body.toString().slice(0, 500)}`);
}

function podManifest(index: number): string {
  const labels = { app: `app-${index % 100}`, tier: 'web' };
  const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
  const env = [{ name: 'INDEX', value: String(index) }];
  const containers = [
    { name: 'main', image: 'example.org/web:1.0', resources, env, ports: [{ containerPort: 80 }] },
  ];
  return JSON.stringify({
    metadata: { name: `pod-${String(index).padStart(5, '0')}`, labels },
    spec: { nodeName: nodes[index % nodes.length], containers },
  });
}

async function makePods({ client }: Berth, count: number): Promise<void> {
  await timed(count, writers, (index) => expectCode(client.call('POST', pods, podManifest(index)), 201));
}

interface Measured {
  readonly rows: readonly Row[];
  readonly details: Readonly<Record<string, number>>;
}

async function measureReads(
  berth: Berth,
  counts: { readonly pods: number; readonly watches: number },
): Promise<Measured> {
  const { client, target } = berth;
  await makePods(berth, counts.pods);
  const paths = Array.from({ length: counts.pods }, (_, index) => {
    // In another order than they were made.
    const pod = String((index * 7919) % counts.pods).padStart(5, '0');
    return `${pods}/pod-${pod}`;
  });
  const { perSecond: getsPerSecond } = await fullLoad(target, { paths, count: 20_000 }, readers);
  const floor = await steadyLoad(target, { paths: ['/healthz'], count: 5000 }, getsPaced);
  const gets = await steadyLoad(target, { paths, count: 10_000 }, getsPaced);
  const lists = await timed(listsMeasured, 1, () => expectCode(client.call('GET', pods), 200));
  const tables = await timed(listsMeasured, 1, () =>
    expectCode(client.call('GET', pods, undefined, { accept: tableAccept }), 200),
  );
  const watch = await measureWatches(berth, counts.watches);
  const rows: Row[] = [
    row(`GET of one pod, ${getsPaced}/s`, gets.durations, median(floor.durations)),
    row(`list of ${counts.pods} pods`, lists),
    row(`the same as Table`, tables),
    row(`a commit at ${counts.watches} watchers`, watch),
  ];
  return {
    rows,
    details: { getsPerSecond, getsPacedPerSecond: gets.perSecond, megabytes: berth.memoryMegabytes() },
  };
}

function row(name: string, samples: readonly number[], floor?: number): Row {
  const figures = { name, unit: 'ms', median: median(samples), p99: percentile(samples, 0.99) };
  return floor === undefined ? figures : { ...figures, floor };
}

async function measureWrites({ target, cpuSeconds }: Berth, count: number): Promise<Measured> {
  const body = JSON.stringify({ metadata: { generateName: 'map-' }, data: { value: 'x'.repeat(900) } });
  const creates = { paths: ['/api/v1/namespaces/bench/configmaps'], body };
  await fullLoad(target, { ...creates, count: warmCreates }, writers);
  const floors: Rate[] = [];
  const rates: Rate[] = [];
  const each = Math.ceil(count / rounds);
  for (let round = 0; round < rounds; round++) {
    floors.push(await rateOf({ paths: ['/healthz'], count: each }, target, cpuSeconds));
    rates.push(await rateOf({ ...creates, count: each }, target, cpuSeconds));
  }
  const paced = await steadyLoad(target, { ...creates, count: createsMeasured }, createsPaced);
  const rate = rateRow(`creates, ${writers} at once`, rates, floors, 'perSecond');
  const byCpu = rateRow('creates: by time on a processor', rates, floors, 'perCpuSecond');
  return {
    rows: [row(`create of 1 KiB, ${createsPaced}/s`, paced.durations), rate, byCpu],
    details: {
      writesPerSecond: rate.median,
      writesPerCpuSecond: byCpu.median,
      createsPacedPerSecond: paced.perSecond,
    },
  };
}

interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

async function rateOf(load: Load, target: LoadTarget, cpuSeconds: () => number): Promise<Rate> {
  const start = cpuSeconds();
  const { perSecond } = await fullLoad(target, load, writers);
  return { perSecond, perCpuSecond: load.count / (cpuSeconds() - start) };
}

/** Of rates the last hundredth is the worst round. */
function rateRow(name: string, rates: readonly Rate[], floors: readonly Rate[], of: keyof Rate): Row {
  const values = rates.map((rate) => rate[of]);
  const floor = median(floors.map((rate) => rate[of]));
  return { name, unit: '/s', median: median(values), p99: Math.min(...values), floor };
}

/** From sending a change to the event at each watcher: one sample per change and watcher. */
async function measureWatches({ client, connect }: Berth, count: number): Promise<readonly number[]> {
  const connections = Array.from({ length: watchConnections }, connect);
  const samples: number[] = [];
  let sentMs = 0;
  let heard = 0;
  let all = (): void => undefined;
  const event = (): void => {
    samples.push(performance.now() - sentMs);
    if (++heard === count) all();
  };
  const version = (
    JSON.parse((await client.call('GET', `${pods}?limit=1`)).body.toString()) as {
      metadata: { resourceVersion: string };
    }
  ).metadata.resourceVersion;
  const path = `${pods}?watch=1&resourceVersion=${version}`;
  for (const connection of connections)
    await Promise.all(Array.from({ length: count / watchConnections }, () => connection.watch(path, event)));
  const patch = { 'content-type': 'application/merge-patch+json' };
  for (let change = 0; change < warmChanges + measuredChanges; change++) {
    heard = 0;
    if (change === warmChanges) samples.length = 0;
    const everyone = new Promise<void>((resolve) => {
      all = resolve;
    });
    sentMs = performance.now();
    const body = JSON.stringify({ metadata: { annotations: { change: String(change) } } });
    await expectCode(client.call('PATCH', `${pods}/pod-00000`, body, patch), 200);
    await everyone;
  }
  for (const connection of connections) connection.close();
  return samples;
}
