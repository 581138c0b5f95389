/** The reconciler at work: everything that is running, started in order and stopped in the reverse one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiEndpoint } from './api-address.ts';
import { kubernetesService } from './core/controllers/api-endpoint.ts';
import { startApi } from './api-service.ts';
import { createAuditor } from './api/audit/auditor.ts';
import { type AuditPolicy, defaultPolicy, parsePolicy } from './api/audit/policy.ts';
import { createAuth } from './api/auth/auth.ts';
import { fileVault } from './api/auth/file-vault.ts';
import { storeVault } from './api/auth/store-vault.ts';
import { formatIpv4, parseCidr } from './core/registry/cidr.ts';
import type { LeaderElection } from './core/ports.ts';
import { ensureFirstObjects } from './first-objects.ts';
import { aborted, backendOf, Leading } from './leading.ts';
import { chosenAddress, hostPort, type ListenAddress, withFreePort } from './listeners.ts';
import { Cluster } from './loop/cluster.ts';
import { startTerm, type TermParts } from './term.ts';

/** How often a reconciler that starts looks whether anyone leads yet. */
const leaderLookMs = 100;

export interface ServeParts extends TermParts {
  readonly election: LeaderElection;
  readonly version: string;
  /** The store as a backup file; absent where the store has backups of its own kind. */
  readonly backup?: () => AsyncIterable<Uint8Array>;
}

/** Runs until `signal` aborts; rejects where something can no longer be trusted. */
export async function serve(parts: ServeParts, signal: AbortSignal): Promise<void> {
  const { settings, store, clock, random, logger, tell } = parts;
  const stop = new AbortController();
  const broken = Promise.withResolvers<never>();
  const failed = (error: unknown): void =>
    broken.reject(error instanceof Error ? error : new Error(String(error)));
  const address =
    settings.listen === undefined ? await chosenAddress(settings.state) : await withFreePort(settings.listen);
  const cluster = await Cluster.load({ store, clock, random, settings: settings.network });
  cluster.follow(stop.signal).catch(failed);
  await ensureFirstObjects(cluster, settings, address.port);
  const auth = await authOf(parts, cluster, address);
  const endpoint = apiEndpoint(address, settings.serverNames);
  const apiSettings = {
    apiService: kubernetesService(settings.network.serviceCidr, address.port),
    ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
  };
  const leading = new Leading({
    election: parts.election,
    cluster,
    logger,
    tell,
    startTerm: (leadership) => startTerm(parts, cluster, leadership, failed, auth, apiSettings),
  });
  const stopLeading = new AbortController();
  const led = leading.run(stopLeading.signal);
  led.catch(failed);
  const auditor = createAuditor(
    { directory: settings.state, policy: auditPolicy(settings.auditPolicy) },
    { clock, random, logger },
  );
  let close = (): void => undefined;
  try {
    await Promise.race([broken.promise, someoneLeads(leading, parts, signal)]);
    const api = await startApi({
      ...{ cluster, store, auth, clock, random, logger, address },
      backend: {
        ...backendOf(leading),
        ...(parts.backup === undefined ? {} : { backup: parts.backup }),
      },
      version: parts.version,
      readiness: [
        { name: 'store', check: () => (cluster.following ? undefined : 'the store is not followed') },
        { name: 'shutdown', check: () => (signal.aborted ? 'the reconciler is being stopped' : undefined) },
      ],
      auditor,
      usage: async () => (await leading.term()).usage,
      scheduler: settings.scheduler,
      socket: settings.socket,
    });
    close = () => api.close();
    tell(
      `berth is up: API on https://${hostPort(reachable(address))} and ${settings.socket}, state in ${settings.state}`,
    );
    tell(`for kubectl and Helm: berth kubeconfig --merge`);
    await Promise.race([broken.promise, aborted(signal)]);
  } finally {
    close();
    await auditor.close();
    stopLeading.abort();
    await led.catch(() => undefined);
    stop.abort();
  }
}

/** Keys of the state folder for a store of one's own; several reconcilers on one etcd share theirs there. */
async function authOf(
  { settings, store, clock, random, logger }: ServeParts,
  cluster: Cluster,
  address: ListenAddress,
): ReturnType<typeof createAuth> {
  return createAuth({
    vault: settings.etcd === undefined ? fileVault(join(settings.state, 'pki')) : storeVault(store),
    settings: {
      stateDirectory: settings.state,
      serverNames: [...settings.serverNames, formatIpv4(parseCidr(settings.network.serviceCidr).base + 1)],
      serverUrl: `https://${hostPort(reachable(address))}`,
      ...(settings.oidc === undefined ? {} : { oidc: settings.oidc }),
    },
    view: cluster.view,
    clock,
    random,
    logger,
  });
}

/** What is recorded: as the file of the settings says, or Berth's own policy. */
function auditPolicy(file: string | undefined): AuditPolicy {
  return file === undefined ? defaultPolicy : parsePolicy(readFileSync(file, 'utf8'), file);
}

/** Where a client on this machine finds a server that listens on `address`. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  return { host: host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host, port };
}

/** Resolves when there is a leader, this reconciler or another: what an API without one is asked for stays undone. */
async function someoneLeads(
  leading: Leading,
  { election, clock }: ServeParts,
  signal: AbortSignal,
): Promise<void> {
  while (!leading.leads && !signal.aborted) {
    const leader = await election.leader();
    if (leader !== undefined && leader !== election.identity) return;
    await new Promise<void>((resolve) => clock.after(leaderLookMs, resolve));
  }
}
