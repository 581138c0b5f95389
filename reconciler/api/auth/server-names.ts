/** Under which names and addresses the API may be reached: what its certificate has to say. */
import { hostname, networkInterfaces } from 'node:os';

const fixedNames = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** The fixed names, this machine's host name and addresses as they are now, and `more` (the service's address, settings). */
export function serverNames(more: readonly string[]): readonly string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // Link-local addresses need a zone, which a certificate cannot name.
    .filter(({ address, scopeid }) => !address.includes('%') && (scopeid ?? 0) === 0)
    .map(({ address }) => address);
  return [...fixedNames, hostname(), ...addresses, ...more];
}
