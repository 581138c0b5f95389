/**
 * A Deployment scaled from 0 to 10,000 pods on 1,000 simulated hosts: time to all bound and all reported running, and
 * what the reconciler took for it. The reconciler has a process of its own with everything that it runs in production but
 * the API and SSH; the hosts share another one. The aim: under 20 s and under 500 MB.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { collectorOptions } from '../cli/up.ts';
import type { ControllersCase, ControllersFigures } from './controllers-world.ts';
import { printFigures, type Row } from './figures.ts';

const secondsMax = 20;
const residentMiBMax = 500e6 / 2 ** 20;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      hosts: { type: 'string', default: '1000' },
      pods: { type: 'string', default: '10000' },
      store: { type: 'string', default: 'log' },
      service: { type: 'boolean', default: false },
      profile: { type: 'string', default: '' },
    },
  });
  const wanted: ControllersCase = {
    hosts: Number(values.hosts),
    pods: Number(values.pods),
    store: values.store === 'memory' ? 'memory' : 'log',
    service: values.service,
    profile: values.profile,
  };
  const figures = await measured(wanted);
  const row = (name: string, unit: string, value: number, floor?: number): Row => ({
    ...{ name, unit, median: value, p99: value },
    ...(floor === undefined ? {} : { floor }),
  });
  printFigures(
    'controllers',
    [
      row('hosts joined', 's', figures.joinedSeconds),
      row('hosts told of each other', 's', figures.settledSeconds),
      row('all bound', 's', figures.boundSeconds, secondsMax),
      row('all running', 's', figures.runningSeconds, secondsMax),
      row('processor of the reconciler', 's', figures.cpuSeconds),
      row('resident, hosts joined', 'MiB', figures.residentMiBJoined),
      row('resident at most', 'MiB', figures.residentMiBMax, residentMiBMax),
      row('heap after it', 'MiB', figures.heapMiB),
      row('commits', '', figures.revisions),
    ],
    { ...wanted },
  );
}

async function measured(wanted: ControllersCase): Promise<ControllersFigures> {
  const world = new URL('controllers-world.ts', import.meta.url).pathname;
  const flags = ['--disable-warning=ExperimentalWarning', ...collectorOptions, '--expose-gc'];
  const child = spawn(process.execPath, [...flags, world, JSON.stringify(wanted)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the reconciler of the bench ended with ${code}`);
  return JSON.parse(text) as ControllersFigures;
}
