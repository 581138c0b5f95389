/**
 * Commands for hosts, as data. A command is one of the scripts beside this file with arguments; this is the only
 * place where anything is quoted for a shell.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type ScriptName =
  | 'inspect'
  | 'packages'
  | 'stage'
  | 'install'
  | 'activate'
  | 'rollback'
  | 'logs'
  | 'reset';

export interface HostCommand {
  readonly script: ScriptName;
  readonly args: readonly string[];
  /** Run with all rights: by sudo where the SSH user is not root. */
  readonly asRoot: boolean;
  readonly deadlineMs: number;
}

/** The text of a script under scripts/. */
export function readScript(name: ScriptName | 'supervise'): string {
  return readFileSync(join(import.meta.dirname, 'scripts', `${name}.sh`), 'utf8');
}

/** The command line for the login shell of the SSH user. */
export function renderCommand(command: HostCommand, sudo: boolean): string {
  const words = ['/bin/sh', '-c', readScript(command.script), `berth-${command.script}`, ...command.args];
  return [...(sudo && command.asRoot ? ['sudo', '-n', '--'] : []), ...words].map(quote).join(' ');
}

/** One word for any POSIX shell, whatever it contains. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new TypeError('an argument of a command cannot contain a zero byte');
  return /^[A-Za-z0-9_./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
