/** The steps of the gate: each a command or a test run; all run even where one fails, and the tally comes last. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { checkGenerated } from '../schemas/generate/stale.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

type Step = () => Promise<Tally>;

const root = new URL('..', import.meta.url).pathname;
/** Two cores: what starts servers or a lab of its own mostly waits for them. Labs do not meet: each claims its addresses. */
const filesAtOnce = 2;
const testTimeoutMs = 600_000;
/** Runs of the whole control plane: about two minutes on two cores. A hundred times as many are for the night. */
const simulatedSeeds = 1_000;

const unitTests = (): string[] =>
  testFiles().filter((file) => !file.startsWith('test/') && !isEndToEnd(file));
const contractTests = (): string[] =>
  testFiles().filter(
    (file) => file.startsWith('test/') && !file.startsWith('test/e2e/') && !isEndToEnd(file),
  );
const endToEndTests = (): string[] =>
  testFiles().filter(
    (file) => (isEndToEnd(file) || file.startsWith('test/e2e/')) && !file.startsWith('test/kubectl/'),
  );
/** Each has a reconciler of its own, and no host. */
const kubectlTests = (): string[] => testFiles().filter((file) => file.startsWith('test/kubectl/'));

const steps = {
  generated: async () => reported(await checkGenerated()),
  format: () => command('node_modules/.bin/biome', ['format', '.']),
  types: () => command('node_modules/typescript-native/bin/tsc', ['-p', '.']),
  lint: () =>
    command('node_modules/.bin/eslint', [
      '.',
      '--max-warnings',
      '0',
      '--cache',
      '--cache-location',
      '.cache/eslint',
    ]),
  imports: () =>
    command('node_modules/.bin/depcruise', [
      'cli',
      'schemas',
      'reconciler',
      'nodes',
      'fixtures',
      'bench',
      'test',
      '--config',
      '.dependency-cruiser.cjs',
    ]),
  'dead code': () => command('node_modules/.bin/knip', []),
  unit: () => nodeTests(unitTests(), filesAtOnce),
  contract: () => nodeTests(contractTests(), filesAtOnce),
  simulation: () => command('bin/with-node', ['test/sim/main.ts', '--seeds', String(simulatedSeeds)]),
  kubectl: () => nodeTests(kubectlTests(), filesAtOnce),
  'end to end': () => nodeTests(endToEndTests(), filesAtOnce),
} satisfies Record<string, Step>;

export type StepName = keyof typeof steps;

/**
 * Runs the steps in order, those of an inner list at once; prints what is skipped and why, and last `N passed, N failed`.
 * Gives the exit code.
 */
export async function runSteps(names: readonly (StepName | readonly StepName[])[]): Promise<number> {
  // Hundreds of processes load the same modules: each is stripped of its types and compiled once.
  process.env.NODE_COMPILE_CACHE ??= `${root}.cache/compile`;
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  const runStep = async (name: StepName): Promise<void> => {
    const started = performance.now();
    process.stdout.write(`== ${name}\n`);
    const tally = await steps[name]();
    passed += tally.passed;
    failed += tally.failed;
    skipped.push(...tally.skipped);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`   ${name}: ${tally.passed} passed, ${tally.failed} failed (${seconds} s)\n`);
  };
  for (const entry of names)
    await Promise.all(typeof entry === 'string' ? [runStep(entry)] : entry.map((name) => runStep(name)));
  for (const reason of skipped) process.stdout.write(`SKIPPED ${reason}\n`);
  // A skipped test has not told the truth about anything: where nobody looks on, it counts as failed.
  if (process.env.CI !== undefined) failed += skipped.length;
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function testFiles(): string[] {
  return globSync('{cli,schemas,reconciler,nodes,fixtures,bench,test}/**/*.test.ts', { cwd: root }).sort();
}

function isEndToEnd(file: string): boolean {
  return file.endsWith('.e2e.test.ts');
}

function reported(findings: readonly string[]): Tally {
  for (const finding of findings) process.stdout.write(`   ${finding}\n`);
  return { passed: findings.length === 0 ? 1 : 0, failed: findings.length, skipped: [] };
}

async function command(program: string, args: readonly string[]): Promise<Tally> {
  const code = await new Promise<number>((resolve, reject) => {
    // The project's own Node comes first on PATH, for the tools' `#!/usr/bin/env node`.
    const path = `${process.execPath.replace(/\/[^/]*$/, '')}:${process.env.PATH ?? ''}`;
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: path },
    });
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 1));
  });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
}

async function nodeTests(files: readonly string[], concurrency: number): Promise<Tally> {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  const stream = run({
    cwd: root,
    files: files.map((file) => root + file),
    concurrency,
    timeout: testTimeoutMs,
  });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined && event.skip !== false)
      skipped.push(`${event.name}: ${String(event.skip)}`);
    else if (!isFile(event.name)) passed += 1;
  });
  stream.on('test:fail', (event) => {
    failed += 1;
    const error = event.details.error;
    const { cause } = error;
    const reason =
      cause instanceof Error
        ? (cause.stack ?? cause.message)
        : typeof cause === 'string'
          ? cause
          : error.message;
    process.stdout.write(
      `   FAILED ${event.name} (${(event.file ?? '').replace(root, '')})\n${reason.replaceAll(/^/gm, '      ')}\n`,
    );
  });
  stream.on('test:stderr', (event) => process.stderr.write(event.message));
  await new Promise((resolve) => stream.on('end', resolve).resume());
  return { passed, failed, skipped };
}

/** The runner reports each file as a test of its own; only what is in it counts. */
function isFile(name: string): boolean {
  return name.startsWith(root);
}
