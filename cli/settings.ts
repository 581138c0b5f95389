/** Where the reconciler of this command line lives. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface GlobalOptions {
  readonly state?: string;
  readonly socket?: string;
  readonly output?: string;
}

/** `--state`, `$BERTH_STATE`, or `/var/lib/berth-reconciler` for root and the XDG state folder for anyone else. */
export function stateDirectory(options: GlobalOptions): string {
  const given = options.state ?? process.env.BERTH_STATE;
  if (given !== undefined && given !== '') return resolve(given);
  if (process.getuid?.() === 0) return '/var/lib/berth-reconciler';
  return join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'berth');
}

/** The path of a key file that is given from here; a name that is no file here is one in the reconciler's `keys` folder. */
export function identityPath(given: string): string {
  return existsSync(given) ? resolve(given) : given;
}

/** `--socket`, `$BERTH_SOCKET`, or `berth.sock` in the state directory. */
export function socketPath(options: GlobalOptions): string {
  const given = options.socket ?? process.env.BERTH_SOCKET;
  return given !== undefined && given !== '' ? resolve(given) : join(stateDirectory(options), 'berth.sock');
}
