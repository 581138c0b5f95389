/** The real kubectl on a running Berth: command lines as people type them, and what they have to say. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { BerthProcess } from '../../fixtures/lab/berth-process.ts';
import { tryCommand } from '../../fixtures/lab/command.ts';

/**
 * A line for the shell, what standard output and then standard error say without the white space around, and the exit
 * code: 0 unless given.
 */
export type Row = readonly [line: string, says: string | RegExp, code?: number];

/** Far more than any command needs; a kubectl that hangs ends the test with what it said. */
const lineTimeoutMs = 60_000;

/** Runs the rows one after another on a Berth of their own, in a folder that holds `files`. */
export function kubectlTest(
  name: string,
  files: Readonly<Record<string, string>>,
  rows: readonly Row[],
): void {
  test(name, async (context) => {
    const found = await tryCommand('/bin/sh', ['-c', 'kubectl version --client']);
    if (found.code !== 0) {
      context.skip('there is no kubectl on this machine');
      return;
    }
    const run = await startedShell(context, files);
    for (const [line, says, code = 0] of rows)
      await context.test(line, () => checkedLine(() => run(line), says, code));
  });
}

/** Holds what a command says and how it ends against what is expected. */
export async function checkedLine(
  run: () => ReturnType<typeof tryCommand>,
  says: string | RegExp,
  code: number,
): Promise<void> {
  const result = await run();
  const said = `${result.stdout}${result.stderr}`.trim();
  assert.equal(result.code, code, said);
  if (typeof says === 'string') assert.equal(said, says);
  else assert.match(said, says);
}

type Shell = (line: string) => ReturnType<typeof tryCommand>;

async function startedShell(context: TestContext, files: Readonly<Record<string, string>>): Promise<Shell> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-kubectl-'));
  const path = (name: string): string => join(directory, name);
  await writeFile(path('berth.yaml'), 'listen: 127.0.0.1:0\n');
  for (const [name, text] of Object.entries(files)) await writeFile(path(name), text);
  const berth = new BerthProcess({
    directory: path('state'),
    identity: path('no-hosts-no-key'),
    arguments: ['--config', path('berth.yaml')],
  });
  context.after(async () => {
    await berth.stop();
    await rm(directory, { recursive: true });
  });
  await berth.start();
  await writeFile(path('kubeconfig'), await berth.run('kubeconfig'), { mode: 0o600 });
  const env = { ...process.env, HOME: directory, KUBECONFIG: path('kubeconfig'), KUBECTL_KUBERC: 'false' };
  return (line) => tryCommand('/bin/sh', ['-c', line], { cwd: directory, env, timeoutMs: lineTimeoutMs });
}
