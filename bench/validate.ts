/** Time to validate 1,000 manifests on disk, next to the floor: reading the same files and parsing them as YAML. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from 'js-yaml';
import { validateFolder } from '../reconciler/intake/manifests/validate-folder.ts';
import { warmValidators } from '../schemas/validation/validate.ts';
import { type BenchKind, manifestFor } from './manifests.ts';

const kinds: readonly BenchKind[] = ['Deployment', 'Service', 'ConfigMap'];
const gvks = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
];

interface Sample {
  readonly validateMs: number;
  readonly floorMs: number;
}

/** `validate [--manifests N] [--runs N]` */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { manifests: { type: 'string', default: '1000' }, runs: { type: 'string', default: '5' } },
  });
  const [manifests, runs] = [Number(values.manifests), Number(values.runs)];
  const folder = await mkdtemp(join(tmpdir(), 'berth-bench-validate-'));
  try {
    const bytes = await writeManifests(folder, manifests);
    const startMs = performance.now();
    warmValidators(gvks);
    const compileMs = performance.now() - startMs;
    // The first measured run is cold code: what a person waits for. Later ones show the steady state.
    const samples: Sample[] = [];
    for (let index = 0; index < runs; index++) samples.push(await measure(folder, manifests));
    report({ manifests, runs, bytes, compileMs, samples });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeManifests(folder: string, count: number): Promise<number> {
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const kind = kinds[index % kinds.length] ?? 'ConfigMap';
    const text = manifestFor(kind, index);
    bytes += Buffer.byteLength(text);
    await writeFile(join(folder, `${String(index).padStart(5, '0')}-${kind.toLowerCase()}.yaml`), text);
  }
  return bytes;
}

async function measure(folder: string, expected: number): Promise<Sample> {
  const floorStart = performance.now();
  const loaded = await readAndLoad(folder);
  const floorMs = performance.now() - floorStart;
  const validateStart = performance.now();
  const { objects, problems } = await validateFolder(folder);
  const validateMs = performance.now() - validateStart;
  if (loaded !== expected || objects.length !== expected || problems.length > 0) {
    throw new Error(
      `expected ${expected} good objects, got ${objects.length} with ${problems.length} problems`,
    );
  }
  return { validateMs, floorMs };
}

/** The floor: no positions, no schema, no constraints. Files are read in the same batches. */
async function readAndLoad(folder: string): Promise<number> {
  const names = (await readdir(folder)).sort();
  const batchSize = 32;
  let count = 0;
  for (let from = 0; from < names.length; from += batchSize) {
    const batch = names.slice(from, from + batchSize);
    const texts = await Promise.all(batch.map((name) => readFile(join(folder, name), 'utf8')));
    for (const text of texts) if (load(text) !== undefined) count++;
  }
  return count;
}

interface Figures {
  readonly manifests: number;
  readonly runs: number;
  readonly bytes: number;
  readonly compileMs: number;
  readonly samples: readonly Sample[];
}

function report({ manifests, runs, bytes, compileMs, samples }: Figures): void {
  const validateMs = median(samples.map((sample) => sample.validateMs));
  const floorMs = median(samples.map((sample) => sample.floorMs));
  const firstMs = samples[0]?.validateMs ?? Number.NaN;
  const rows: readonly (readonly [string, string])[] = [
    ['manifests', `${manifests} (${Math.round(bytes / 1024)} KiB)`],
    ['compile schemas, once', `${compileMs.toFixed(0)} ms`],
    ['validate, first run', `${firstMs.toFixed(0)} ms`],
    [`validate, median of ${runs}`, `${validateMs.toFixed(0)} ms`],
    [`floor: read and js-yaml load, median of ${runs}`, `${floorMs.toFixed(0)} ms`],
    ['ratio to the floor', (validateMs / floorMs).toFixed(2)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value.padStart(18)}`);
  const figures = {
    bench: 'validate',
    manifests,
    runs,
    bytes,
    compileMs,
    firstMs,
    validateMs,
    floorMs,
    ratio: validateMs / floorMs,
  };
  console.log(JSON.stringify(figures));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
