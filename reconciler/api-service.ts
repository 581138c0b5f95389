/** The API put together: who may, what is served, and where it listens. */
import type { Server } from 'node:http';
import type { Auth } from './api/auth/auth.ts';
import type { BerthBackend } from './api/berth-routes.ts';
import { authGate, tokenResources } from './api/auth-gate.ts';
import { ApiHandler, type PathRoute } from './api/handler.ts';
import { apiPaths } from './api/paths.ts';
import { createLocalServer, createTlsServer } from './api/server.ts';
import type { Clock, Logger, Random, Store } from './core/ports.ts';
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
  /** Reasons not to be ready, by the name of the check. */
  readonly readiness: Readonly<Record<string, () => string | undefined>>;
  readonly socket: string;
  readonly address: ListenAddress;
}

export interface ApiService {
  close(): void;
}

/** Starts listening on the socket and the address. */
export async function startApi(parts: ApiServiceParts): Promise<ApiService> {
  const { auth, cluster, clock, random, logger, store, backend } = parts;
  const paths: readonly PathRoute[] = apiPaths(parts);
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
    observers: [],
  });
  const local: Server = createLocalServer(handler);
  const secure = createTlsServer(handler, auth.serving.options());
  const unfollow = auth.serving.follow(secure.server);
  await listenOnSocket(local, parts.socket);
  await listenOnAddress(secure.server, parts.address);
  return {
    close: () => {
      unfollow();
      local.close();
      local.closeAllConnections();
      secure.server.close();
      secure.closeAllConnections();
    },
  };
}
