/** Settings of the kernel that pod traffic needs; read first, written only where they differ. */
import { readFile, writeFile } from 'node:fs/promises';
import { runCommand } from './command.ts';

const ipForward = '/proc/sys/net/ipv4/ip_forward';

/**
 * Traffic between two pods of one bridge must pass the IP rules as well, or the answer of a service's endpoint
 * would go back around the translation of its address.
 */
const bridgeCallsRules = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** Answers what is not as it should be but lets most traffic work. Rejects when packets cannot be forwarded. */
export async function ensureKernelSettings(): Promise<readonly string[]> {
  await ensureSetting(ipForward, '1');
  try {
    await ensureBridgeSetting();
    return [];
  } catch (error) {
    return [`pods cannot reach pods of their own host through services: ${messageOf(error)}`];
  }
}

async function ensureBridgeSetting(): Promise<void> {
  try {
    await ensureSetting(bridgeCallsRules, '1');
  } catch (error) {
    if (!isMissingFile(error)) throw error;
    const { exitCode, stderr } = await runCommand('modprobe', ['br_netfilter']);
    if (exitCode !== 0) throw new Error(`kernel module br_netfilter: ${stderr.trim()}`);
    await ensureSetting(bridgeCallsRules, '1');
  }
}

async function ensureSetting(path: string, value: string): Promise<void> {
  const present = await readFile(path, 'utf8');
  if (present.trim() !== value) await writeFile(path, value);
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
