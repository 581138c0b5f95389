/** The API put together: who may, what is served, and where it listens. */
import type { Auditor } from './api/audit/auditor.ts';
import type { Auth } from './api/auth/auth.ts';
import type { BerthBackend } from './api/berth-routes.ts';
import { authGate, tokenResources } from './api/auth-gate.ts';
import { ApiHandler, type PathRoute } from './api/handler.ts';
import type { HealthCheck } from './api/health/health.ts';
import { ApiMetrics } from './api/metrics/api-metrics.ts';
import { auditObserver, metricsObserver } from './api/observers.ts';
import { apiPaths } from './api/paths.ts';
import { createLocalServer, createTlsServer } from './api/server.ts';
import type { UsageSource } from './core/model/usage.ts';
import type { Clock, Logger, Random, Store } from './core/ports.ts';
import type { SchedulerConfiguration } from './core/scheduler/profile.ts';
import { type ListenAddress, listenOnAddress, listenOnSocket } from './listeners.ts';
import type { Cluster } from './loop/cluster.ts';

export interface ApiServiceParts {
  readonly cluster: Cluster;
  readonly store: Store;
  readonly backend: BerthBackend;
  readonly auth: Auth;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** What has to hold for this reconciler to serve. */
  readonly readiness: readonly HealthCheck[];
  readonly auditor: Auditor;
  /** What nodes and pods use; left out where nobody measures it. */
  readonly usage?: () => Promise<UsageSource>;
  /** By which pods are explained; Kubernetes' defaults where it is left out. */
  readonly scheduler?: SchedulerConfiguration;
  readonly socket: string;
  readonly address: ListenAddress;
}

export interface ApiService {
  close(): void;
}

/** Starts listening on the socket and the address. */
export async function startApi(parts: ApiServiceParts): Promise<ApiService> {
  const { auth, cluster, clock, random, logger, store, backend } = parts;
  const metrics = new ApiMetrics();
  const paths: readonly PathRoute[] = apiPaths({ ...parts, metrics });
  const handler = new ApiHandler({
    cluster,
    store,
    backend,
    clock,
    random,
    logger,
    authenticator: authGate(auth, cluster),
    resources: tokenResources(auth),
    paths,
    observers: [auditObserver(parts.auditor), metricsObserver(metrics, clock, () => cluster.view.kinds)],
  });
  const local = createLocalServer(handler);
  const secure = createTlsServer(handler, auth.serving.options());
  const unfollow = auth.serving.follow(secure.server);
  await listenOnSocket(local.server, parts.socket);
  await listenOnAddress(secure.server, parts.address);
  return {
    close: () => {
      unfollow();
      local.server.close();
      local.closeAllConnections();
      secure.server.close();
      secure.closeAllConnections();
    },
  };
}
