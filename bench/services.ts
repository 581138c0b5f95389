/**
 * Rules for services with three endpoints each, in a network namespace of its own: all of them loaded at once, and
 * one of them changed. Next to them, in the same run, the layout with a chain for each service and endpoint.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type Compiled, compile } from '../nodes/agent/core/net/compile.ts';
import { diffRulesets, stepsOf } from '../nodes/agent/core/net/diff.ts';
import { runCommand } from '../nodes/agent/net/command.ts';
import { applyTransaction } from '../nodes/agent/net/nft.ts';
import type { ServiceEntry } from '../schemas/wire/messages.ts';
import { median, percentile, printFigures, type Row } from './figures.ts';
import { chainChange, chainRuleset } from './service-chains.ts';

const network = { podCidr: '10.42.0.0/24', clusterCidr: '10.42.0.0/16', serviceCidr: '10.96.0.0/12' };
const sizes = [1_000, 10_000];
/** The peer takes a minute and more for 10,000 services: only when asked for. */
const peerSizesByDefault = [1_000];
const loads = 5;
const changes = 30;
/** The peer is to be measured, not cut off. */
const deadlineMs = 600_000;
const peerLoads = { few: 3, many: 1 };
const peerChanges = { few: 5, many: 2 };

interface Samples {
  readonly loadMs: readonly number[];
  readonly changeMs: readonly number[];
}

/** `services [--full]`; needs root. `--inside` is for the process within the namespace. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { full: { type: 'boolean', default: false }, inside: { type: 'boolean', default: false } },
  });
  if (!values.inside) {
    await runInNamespace(args);
    return;
  }
  const rows: Row[] = [];
  for (const size of sizes) {
    const peer = values.full || peerSizesByDefault.includes(size) ? await measurePeer(size) : undefined;
    const own = await measureOwn(size);
    rows.push(
      row(`${size} services: all loaded`, own.loadMs, peer?.loadMs),
      row(`${size} services: one changed`, own.changeMs, peer?.changeMs),
    );
  }
  process.stdout.write(
    'floor: a chain for each service and endpoint, as kube-proxy lays them out, in the same run\n',
  );
  printFigures('services', rows, { endpointsEach: 3, loads, changes });
}

async function runInNamespace(args: readonly string[]): Promise<void> {
  const name = `berthnet-bench-${process.pid}`;
  await checked('ip', ['netns', 'add', name]);
  try {
    const main = new URL('main.ts', import.meta.url).pathname;
    const inside = [`--net=/run/netns/${name}`, process.execPath, main, 'services', '--inside', ...args];
    const [code] = (await once(spawn('nsenter', inside, { stdio: 'inherit' }), 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the measurement ended with ${code ?? 'a signal'}`);
  } finally {
    await checked('ip', ['netns', 'delete', name]);
  }
}

async function measureOwn(size: number): Promise<Samples> {
  const services = new Map(servicesOf(size).map((entry) => [entry.key as string, entry]));
  const loadMs: number[] = [];
  let compiled: Compiled = compile({ network, services, hostPorts: [] });
  for (let index = 0; index < loads; index += 1) {
    progress(`${size} services, load ${index + 1} of ${loads}`);
    loadMs.push(
      await timed(async () => {
        compiled = compile({ network, services, hostPorts: [] });
        await applyTransaction(diffRulesets(undefined, compiled.ruleset), index);
      }),
    );
  }
  const changeMs: number[] = [];
  for (let index = 0; index < changes; index += 1) {
    const entry = changed(pick([...services.values()], index), index);
    services.set(entry.key, entry);
    changeMs.push(
      await timed(async () => {
        const next = compile({ network, services, hostPorts: [] }, compiled, new Set([entry.key]));
        for (const step of stepsOf(diffRulesets(compiled.ruleset, next.ruleset)))
          await applyTransaction(step, index);
        compiled = next;
      }),
    );
  }
  // The last of the last service's endpoints is in the kernel, or `nft get` fails.
  const [last] = servicesOf(size).slice(-1);
  await checked('nft', [
    'get',
    'element',
    'ip',
    'berth',
    'services',
    `{ ${last?.clusterIPs[0]} . tcp . 80 }`,
  ]);
  await checked('nft', ['delete', 'table', 'ip', 'berth']);
  return { loadMs, changeMs };
}

async function measurePeer(size: number): Promise<Samples> {
  const services = [...servicesOf(size)];
  const times = size > 1_000 ? 'many' : 'few';
  const loadMs: number[] = [];
  for (let index = 0; index < peerLoads[times]; index += 1) {
    progress(`${size} services, the peer's load ${index + 1} of ${peerLoads[times]}`);
    loadMs.push(await timed(() => nft(chainRuleset(services))));
  }
  const changeMs: number[] = [];
  for (let index = 0; index < peerChanges[times]; index += 1) {
    progress(`${size} services, the peer's change ${index + 1} of ${peerChanges[times]}`);
    const before = pick(services, index);
    const after = changed(before, index);
    services[services.indexOf(before)] = after;
    changeMs.push(await timed(() => nft(chainChange(before, after))));
  }
  await nft('delete table ip peer\n');
  return { loadMs, changeMs };
}

function servicesOf(size: number): readonly ServiceEntry[] {
  return Array.from({ length: size }, (_, index): ServiceEntry => {
    const endpoints = [0, 1, 2].map((which) => ({ ip: address('10.42', index * 3 + which), port: 8080 }));
    const ports = [{ name: 'http', protocol: 'TCP' as const, port: 80, endpoints }];
    return { key: `service/bench/s${index}`, type: 'service', clusterIPs: [address('10.96', index)], ports };
  });
}

/** The pod range holds 65,536 addresses: beyond that they repeat, which costs the same. */
function address(prefix: string, index: number): string {
  return `${prefix}.${(index >> 8) & 255}.${index & 255}`;
}

/** A different service each time, spread over all of them. */
function pick(services: readonly ServiceEntry[], index: number): ServiceEntry {
  const entry = services[(index * 7_919 + 1) % services.length];
  if (entry === undefined) throw new Error('there are no services to change');
  return entry;
}

/** One endpoint less, or another one more, in turns: both change the number of endpoints. */
function changed(entry: ServiceEntry, index: number): ServiceEntry {
  const extra = { ip: address('10.42', 60_000 + index), port: 8080 };
  return {
    ...entry,
    ports: entry.ports.map((port) => ({
      ...port,
      endpoints: index % 2 === 0 ? port.endpoints.slice(0, -1) : [...port.endpoints, extra],
    })),
  };
}

function row(name: string, samples: readonly number[], peer: readonly number[] | undefined): Row {
  const figures = { name, unit: 'ms', median: median(samples), p99: percentile(samples, 0.99) };
  return peer === undefined ? figures : { ...figures, floor: median(peer) };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function nft(input: string): Promise<void> {
  await checked('nft', ['-f', '-'], input);
}

async function checked(program: string, programArguments: readonly string[], input = ''): Promise<void> {
  const { exitCode, stderr } = await runCommand(program, programArguments, input, deadlineMs);
  if (exitCode !== 0)
    throw new Error(`${program} ${programArguments.join(' ')}: ${stderr.trim().slice(0, 500)}`);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
