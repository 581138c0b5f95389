/** Runs a program of the host to its end, with text on its standard input. */
import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

export interface CommandResult {
  /** null: ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program is not on this host. */
export class CommandMissing extends Error {
  override readonly name = 'CommandMissing';
}

/** More than the largest load (30,000 services take 1.2 s) by far; a program that hangs must not stop the agent. */
const defaultDeadlineMs = 30_000;

/** Error messages repeat the input that they complain about. */
const outputCharactersMax = 1024 * 1024;

/** The agent may have been started by something that leaves out the folders of administration. */
const searchPath = [process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'].join(
  ':',
);

/** Resolves with any exit code. Rejects when the program is missing, could not run, or took too long. */
export function runCommand(
  program: string,
  commandArguments: readonly string[],
  input = '',
  deadlineMs = defaultDeadlineMs,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, commandArguments, {
      stdio: 'pipe',
      env: { ...process.env, PATH: searchPath, LC_ALL: 'C' },
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.on('error', (error) => {
      const missing = 'code' in error && error.code === 'ENOENT';
      reject(missing ? new CommandMissing(`${program} is not installed on this host`) : error);
    });
    child.on('close', (exitCode, signal) => {
      if (signal === 'SIGKILL') reject(new Error(`${program} was killed (deadline ${deadlineMs} ms)`));
      else resolve({ exitCode, stdout: stdout(), stderr: stderr() });
    });
    // A program that ends before it has read all says why by its exit code: not an error of its own.
    child.stdin.on('error', (error) =>
      child.stderr.push(`${program}: its input was cut off: ${error.message}\n`),
    );
    child.stdin.end(input);
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const decoder = new StringDecoder('utf8');
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    if (text.length < outputCharactersMax) text += decoder.write(chunk);
  });
  return () => text;
}
