/** Transactions on our nftables table: handed to `nft` on its standard input, all of it or nothing. */
import { cookieSet, listCookieArguments, renderTransaction } from '../core/net/render.ts';
import type { Transaction } from '../core/net/ruleset.ts';
import { runCommand } from './command.ts';

/** nft or the kernel refused a transaction; nothing of it took effect. */
export class NftRefused extends Error {
  override readonly name = 'NftRefused';
}

/** Rejects with NftRefused, and with others where it is unknown whether the transaction took effect. */
export async function applyTransaction(transaction: Transaction, cookie: number): Promise<void> {
  const input = renderTransaction(transaction, cookie);
  const { exitCode, stderr } = await runCommand('nft', ['-f', '-'], input);
  if (exitCode === 0) return;
  throw new NftRefused(describeRefusal(stderr, input, exitCode));
}

/** How many of nft's complaints are worth repeating: one cause brings one for each element. */
const complaintsMax = 3;

/** nft's complaints, `/dev/stdin:LINE:COLUMN-COLUMN: …`, each with the line that it is about. */
export function describeRefusal(stderr: string, input: string, exitCode: number | null): string {
  const lines = input.split('\n');
  const complaints = [...stderr.matchAll(/^\S*?:(\d+):\d+-\d+: (.*)$/gm)].map(
    ([, line = '', message = '']) => `line ${line} '${(lines[Number(line) - 1] ?? '').trim()}': ${message}`,
  );
  if (complaints.length === 0) return `nft: exit code ${exitCode}: ${stderr.trim() || 'no message'}`;
  const more = complaints.length > complaintsMax ? `; and ${complaints.length - complaintsMax} more` : '';
  return `nft: ${complaints.slice(0, complaintsMax).join('; ')}${more}`;
}

/** The cookie of the last transaction in the kernel; undefined: our table is not there, or not as we leave it. */
export async function readCookie(): Promise<number | undefined> {
  const { exitCode, stdout, stderr } = await runCommand('nft', listCookieArguments);
  if (exitCode === 0) return parseCookie(stdout);
  if (stderr.includes('No such file or directory')) return undefined;
  throw new Error(`nft: exit code ${exitCode}: ${stderr.trim()}`);
}

interface ListedSet {
  readonly set?: { readonly name: string; readonly elem?: readonly unknown[] };
}

function parseCookie(json: string): number | undefined {
  const listed = JSON.parse(json) as { readonly nftables?: readonly ListedSet[] };
  const elements = listed.nftables?.find(({ set }) => set?.name === cookieSet)?.set?.elem ?? [];
  const [cookie] = elements;
  return elements.length === 1 && typeof cookie === 'number' ? cookie : undefined;
}
