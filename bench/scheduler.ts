/**
 * The shapes of kube-scheduler's own performance tests, each in a process of its own: 5,000 nodes, pods through queue,
 * scheduler, applier and store. The floor is what Kubernetes' CI demands of kube-scheduler for the same shape.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { median, printFigures, type Row } from './figures.ts';
import { shapes } from './scheduler-shapes.ts';
import type { Case, CaseFigures } from './scheduler-world.ts';

const run_ = promisify(execFile);

/** A cluster this much smaller shows how the cost of a pod grows with the nodes. */
const fewerNodes = 5;
const answerBytesMax = 16 * 2 ** 20;

/** `scheduler [--nodes N] [--pods N] [--rounds N] [--only SHAPE]` */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: 'string', default: '5000' },
      pods: { type: 'string', default: '1000,10000' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
    },
  });
  const nodes = Number(values.nodes);
  const rounds = Number(values.rounds);
  const counts = values.pods.split(',').map(Number);
  const cases = casesOf(nodes, counts).filter(
    ({ shape }) => values.only === undefined || shape === values.only,
  );
  const rows: Row[] = [];
  const details: Record<string, unknown> = {};
  for (const one of cases) {
    const figures: CaseFigures[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`${nameOf(one)}, round ${round + 1} of ${rounds}`);
      figures.push(await measured(one));
    }
    rows.push(...rowsOf(one, figures));
    details[nameOf(one)] = figures;
  }
  progress('');
  const aims = Object.fromEntries(shapes.map(({ name, aim }) => [name, aim ?? null]));
  printFigures('scheduler', rows, { nodes, aims, details });
}

function casesOf(nodes: number, counts: readonly number[]): readonly Case[] {
  const inMemory = counts.flatMap((pods) =>
    shapes.map(({ name, podsMax = Infinity }): Case => {
      return { shape: name, nodes, pods: Math.min(pods, podsMax), store: 'memory' };
    }),
  );
  const most = Math.max(...counts);
  return [
    ...inMemory.filter(
      (one, index) => inMemory.findIndex((other) => nameOf(other) === nameOf(one)) === index,
    ),
    { shape: 'basic', nodes: Math.ceil(nodes / fewerNodes), pods: most, store: 'memory' },
    { shape: 'basic', nodes, pods: most, store: 'log' },
  ];
}

function nameOf({ shape, nodes, pods, store }: Case): string {
  return `${shape}, ${nodes} nodes, ${pods} pods${store === 'log' ? ', durable' : ''}`;
}

async function measured(one: Case): Promise<CaseFigures> {
  const file = join(import.meta.dirname, 'scheduler-world.ts');
  const words = ['--disable-warning=ExperimentalWarning', file, JSON.stringify(one)];
  const { stdout } = await run_(process.execPath, words, { maxBuffer: answerBytesMax });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as CaseFigures;
}

/** Rates: `p99` is the lowest of the rounds. Times: medians of the rounds. */
function rowsOf(one: Case, figures: readonly CaseFigures[]): readonly Row[] {
  const name = nameOf(one);
  const rates = figures.map(({ podsPerSecond }) => podsPerSecond);
  const floor = shapes.find((shape) => shape.name === one.shape)?.floor;
  const times = (label: string, of: (figure: CaseFigures) => CaseFigures['bindMs']): Row => ({
    name: `${name}: ${label}`,
    unit: 'ms',
    median: median(figures.map((figure) => of(figure).median)),
    p99: median(figures.map((figure) => of(figure).p99)),
  });
  return [
    {
      name,
      unit: 'pods/s',
      median: median(rates),
      p99: Math.min(...rates),
      ...(floor === undefined ? {} : { floor }),
    },
    {
      name: `${name}: by time on a processor`,
      unit: 'pods/s',
      median: median(figures.map(({ podsPerCpuSecond }) => podsPerCpuSecond)),
      p99: Math.min(...figures.map(({ podsPerCpuSecond }) => podsPerCpuSecond)),
    },
    times('creation to bind', ({ bindMs }) => bindMs),
    times('one decision', ({ decisionMs }) => decisionMs),
  ];
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}
