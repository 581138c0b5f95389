/** The course of one run: a beginning, a time in which everything happens, calm, and judgement. */
import type { CronJob } from '../../../schemas/kubernetes/types/batch-v1.ts';
import type { Node } from '../../../schemas/kubernetes/types/core-v1.ts';
import { strike } from './fate.ts';
import { type RunOptions, type RunResult, Simulation } from './simulation.ts';

/** Shares of what happens next. */
const fateShare = 0.4;

/** Runs a seed to its end, or to the first thing found. The same options give the same result. */
export async function simulate(options: RunOptions): Promise<RunResult> {
  const run = new Simulation(options);
  const { random } = run;
  const hosts = options.hosts ?? (random.chance(0.05) ? random.between(5, 12) : random.between(1, 4));
  const steps = options.steps ?? (random.chance(0.1) ? random.between(40, 80) : random.between(5, 30));
  await run.begin(hosts, random.chance(0.3) ? 2 : 1);
  const fate = random.fork();
  for (let step = 0; step < steps && run.witness.findings.length === 0; step++) {
    const via = run.anyReconciler();
    if (random.chance(fateShare)) strike(run, fate);
    else if (via !== undefined) run.people.act(via);
    await run.pass(random.chance(0.6) ? random.between(1, 2_000) : random.between(2_000, 30_000));
  }
  if (run.witness.findings.length > 0) return run.result(options.seed, 0);
  await run.calm();
  await settle(run);
  const restedMs = await run.rest();
  if (run.witness.findings.length === 0) await run.judge();
  return run.result(options.seed, restedMs);
}

/** What would never come to rest ends: schedules are suspended, and every node is open again. */
async function settle(run: Simulation): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await run.pass(5_000);
    const via = run.anyReconciler();
    if (via === undefined) continue;
    const { view } = via.cluster;
    for (const cronJob of view.list<CronJob>('batch/v1', 'CronJob')) {
      if (cronJob.spec?.suspend !== true)
        void run.people.edit(via, cronJob, (spec) => ({ ...spec, suspend: true }));
    }
    for (const node of view.list<Node>('v1', 'Node')) {
      if (node.spec?.unschedulable === true)
        void run.people.edit(via, node, ({ unschedulable: _, ...spec }) => spec);
    }
  }
}
