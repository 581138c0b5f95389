/** The kernel's table of connections: forgets the entries that rules no longer decide about. */
import { renderStaleFlow, type StaleFlow } from '../core/net/stale-flows.ts';
import { runCommand } from './command.ts';

/** conntrack opens its standard input by name, which only works for a pipe; Node's own is a socket. */
const conntrackThroughPipe = 'cat | conntrack -R -';

/** A shell's exit code for a program that is not there. */
const commandNotFound = 127;

/** Answers what is wrong, if anything is: rules are in place all the same. */
export async function forgetFlows(flows: readonly StaleFlow[]): Promise<string | undefined> {
  if (flows.length === 0) return undefined;
  const input = flows.map((flow) => `${renderStaleFlow(flow)}\n`).join('');
  const { exitCode, stderr } = await runCommand('sh', ['-c', conntrackThroughPipe], input);
  if (exitCode === 0) return undefined;
  const reason = exitCode === commandNotFound ? 'conntrack is not installed on this host' : stderr.trim();
  return `UDP clients may keep sending to endpoints that are gone: ${reason}`;
}
