/**
 * `npm run sim -- --seeds N`: runs the whole control plane from N seeds, on every core. A seed that fails is told with
 * what was found, the last of its trace, and the command that replays it.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { simulate } from './control-plane/run.ts';
import type { RunOptions, RunResult } from './control-plane/simulation.ts';
import { Tally } from './control-plane/tally.ts';

/** Seeds that a worker takes at once: few enough that all end together. */
const seedsAtOnce = 10;

interface Given {
  readonly seeds: number;
  readonly seed: number;
  readonly hosts?: number;
  readonly steps?: number;
  readonly trace?: true;
  readonly worker?: true;
}

type Shape = Pick<RunOptions, 'hosts' | 'steps'>;

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected');
  return Number(text);
}

const command = new Command('sim')
  .description('Simulates the control plane with its hosts, from seeds.')
  .option('--seeds <count>', 'how many runs', whole, 1)
  .option('--seed <number>', 'the first seed', whole, 1)
  .option(
    '--hosts <count>',
    'hosts at the start of each run, 1 to 5000; the seed decides unless given',
    whole,
  )
  .option('--steps <count>', 'things that people and fate do; the seed decides unless given', whole)
  .option('--trace', 'print all that happens; with one seed')
  .option('--worker', 'take seeds from the parent process')
  .parse();
const given = command.opts<Given>();
const shape: Shape = {
  ...(given.hosts === undefined ? {} : { hosts: given.hosts }),
  ...(given.steps === undefined ? {} : { steps: given.steps }),
};

if (given.worker === true) work();
else process.exitCode = (await runAll()) ? 0 : 1;

/** Takes ranges of seeds and gives one result per seed. */
function work(): void {
  process.on('message', (seeds: readonly number[]) => {
    void (async () => {
      for (const seed of seeds) process.send?.(await simulate({ seed, ...shape }));
    })();
  });
}

async function runAll(): Promise<boolean> {
  const startedMs = performance.now();
  const tally = new Tally(given.seed, given.seeds, shapeArguments());
  if (given.seeds === 1) {
    const tell = given.trace === true ? { tell: (line: string) => process.stdout.write(`${line}\n`) } : {};
    const result = await simulate({ seed: given.seed, ...shape, ...tell });
    tally.add(result);
    process.stdout.write(`seed ${result.seed}: digest ${result.digest}\n`);
  } else await shareOut(tally);
  tally.print((performance.now() - startedMs) / 1000);
  return tally.failed === 0;
}

/** One process per core: each has a heap and a just-in-time compiler of its own. */
async function shareOut(tally: Tally): Promise<void> {
  const end = given.seed + given.seeds;
  let next = given.seed;
  const take = (): readonly number[] => {
    const from = next;
    next = Math.min(end, from + seedsAtOnce);
    return Array.from({ length: next - from }, (_, index) => from + index);
  };
  const workers = Math.min(availableParallelism(), Math.ceil(given.seeds / seedsAtOnce));
  await Promise.all(Array.from({ length: workers }, () => employ(take, tally)));
}

async function employ(take: () => readonly number[], tally: Tally): Promise<void> {
  const child = fork(new URL(import.meta.url).pathname, ['--worker', ...shapeArguments()], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let open = 0;
  const giveMore = (): void => {
    const seeds = take();
    open = seeds.length;
    if (open === 0) child.disconnect();
    else child.send(seeds);
  };
  giveMore();
  child.on('message', (result: RunResult) => {
    tally.add(result);
    open -= 1;
    if (open === 0) giveMore();
  });
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`a worker ended with ${code}, ${open} seeds of its were open`);
}

function shapeArguments(): readonly string[] {
  return Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
