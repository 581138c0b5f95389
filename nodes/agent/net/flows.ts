/** The kernel's table of connections: forgets the entries that rules no longer decide about. */
import { renderStaleFlow, type StaleFlow } from '../core/net/stale-flows.ts';
import { CommandMissing, runCommand } from './command.ts';

/** Answers what is wrong, if anything is: rules are in place all the same. */
export async function forgetFlows(flows: readonly StaleFlow[]): Promise<string | undefined> {
  if (flows.length === 0) return undefined;
  const input = flows.map((flow) => `${renderStaleFlow(flow)}\n`).join('');
  try {
    const { exitCode, stderr } = await runCommand('conntrack', ['-R', '-'], input);
    return exitCode === 0 ? undefined : `conntrack: exit code ${exitCode}: ${stderr.trim()}`;
  } catch (error) {
    if (!(error instanceof CommandMissing)) throw error;
    return 'UDP clients may keep sending to endpoints that are gone: conntrack is not installed on this host';
  }
}
