/** Runs a program of this machine to its end, with a deadline and bounded output. */
import { spawn } from 'node:child_process';

export interface ProcessRun {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export interface ProcessOutcome {
  /** The exit code; -1 when it was ended by a signal. */
  readonly code: number;
  /** stdout and stderr together, the last `outputCharactersMax` of them. */
  readonly output: string;
}

/** Enough for any compiler's complaint. */
const outputCharactersMax = 64 * 1024;

/** Rejects when the program cannot be started, when the deadline passes and when `signal` aborts. */
export async function runProcess(run: ProcessRun): Promise<ProcessOutcome> {
  const [program, ...args] = run.command;
  const deadline = AbortSignal.timeout(run.deadlineMs);
  const signal = run.signal === undefined ? deadline : AbortSignal.any([deadline, run.signal]);
  const child = spawn(program, args, {
    cwd: run.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-outputCharactersMax);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(deadline.aborted ? new Error(`${program} took longer than ${run.deadlineMs / 1000} s`) : error);
    });
    child.once('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
