/** At which address pods reach the API. */
import { networkInterfaces } from 'node:os';
import type { ApiEndpoint } from './core/controllers/api-endpoint.ts';
import { parseIpv4 } from './core/registry/cidr.ts';
import type { ListenAddress } from './listeners.ts';

const everywhere: ReadonlySet<string> = new Set(['::', '0.0.0.0']);

/**
 * The address that the API listens on, where that is one of the network's. Of an API that listens on all of them, the
 * first of `serverNames` that is an address, else the machine's first. Undefined where it listens on this machine alone.
 */
export function apiEndpoint(
  { host, port }: ListenAddress,
  serverNames: readonly string[],
): ApiEndpoint | undefined {
  if (!everywhere.has(host)) {
    const isOfNetwork = parseIpv4(host) !== undefined && !host.startsWith('127.');
    return isOfNetwork ? { address: host, port } : undefined;
  }
  const named = serverNames.find((name) => parseIpv4(name) !== undefined);
  const address = named ?? machineAddress();
  return address === undefined ? undefined : { address, port };
}

function machineAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(
      ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
    )?.address;
}
