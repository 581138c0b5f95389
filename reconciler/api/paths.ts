/** Paths that are about no resource: version, health, discovery, OpenAPI, keys of tokens. */
import type { IncomingMessage } from 'node:http';
import type { ClusterAccess } from '../core/model/access.ts';
import type { UsageSource } from '../core/model/usage.ts';
import type { UserInfo } from '../core/model/user.ts';
import type { Logger } from '../core/ports.ts';
import type { SchedulerConfiguration } from '../core/scheduler/profile.ts';
import type { Answer } from './answer.ts';
import { headerOf } from './answer.ts';
import { ApiError, methodNotAllowed } from './api-error.ts';
import type { Auth } from './auth/auth.ts';
import { kubeconfigRequest } from './auth/kubeconfig.ts';
import { discoveryDocument } from './discovery/discovery.ts';
import { type ApiDocument, answerOf } from './discovery/document.ts';
import type { PathRoute } from './handler.ts';
import { type HealthCheck, healthAnswer, ping } from './health/health.ts';
import { versionInfo } from './health/version-info.ts';
import type { ApiMetrics } from './metrics/api-metrics.ts';
import { OpenApi } from './openapi/openapi.ts';
import { podExplanation } from './pod-explanation.ts';
import { resourceMetrics, withMetrics } from './resource-metrics.ts';

const kubeconfigPath = '/apis/berth.dev/v1alpha1/kubeconfig';

interface PathParts {
  readonly cluster: ClusterAccess;
  readonly auth: Pick<Auth, 'openidConfiguration' | 'jwks' | 'kubeconfig'>;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly version: string;
  /** What has to hold for this reconciler to serve. */
  readonly readiness: readonly HealthCheck[];
  /** What nodes and pods use; left out where nobody measures it. */
  readonly usage?: () => Promise<UsageSource>;
  /** By which pods are explained; Kubernetes' defaults where it is left out. */
  readonly scheduler?: SchedulerConfiguration;
}

export function apiPaths(parts: PathParts): readonly PathRoute[] {
  const { cluster, auth, version, usage } = parts;
  const openApi = new OpenApi();
  const fixed: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    '/version': () => ({
      code: 200,
      body: versionInfo(version),
    }),
    '/.well-known/openid-configuration': () => ({ code: 200, body: auth.openidConfiguration() }),
    '/openid/v1/jwks': async () => {
      const body = JSON.stringify(await auth.jwks());
      return { code: 200, body, contentType: 'application/jwk-set+json' };
    },
  };
  return [
    ({ path }, request) => {
      const answer = fixed[path.replace(/\/$/, '')];
      return answer === undefined ? undefined : readOnly(request, answer);
    },
    ({ path, query }) => health(path, query, parts),
    podExplanation(() => cluster.view, parts.scheduler),
    async ({ path }) =>
      path === '/metrics' ? { code: 200, ...(await parts.metrics.document()) } : undefined,
    ({ path, query }, request, user) =>
      path === kubeconfigPath ? readOnly(request, () => kubeconfigAnswer(auth, query, user)) : undefined,
    ({ path }, request) => {
      const accept = headerOf(request.headers, 'accept');
      const host = headerOf(request.headers, 'host') ?? headerOf(request.headers, ':authority') ?? '';
      const { view } = cluster;
      const table = usage === undefined ? view.kinds : withMetrics(view.kinds);
      const document =
        discoveryDocument({ path, accept, host }, table) ?? openApi.document({ path, accept }, view);
      return document === undefined ? undefined : readOnly(request, () => documentAnswer(document, request));
    },
    ...(usage === undefined ? [] : [resourceMetrics({ view: () => cluster.view, usage })]),
  ];
}

/** Clients are told which checks fail, the log why. */
function health(path: string, query: URLSearchParams, { readiness, logger }: PathParts): Answer | undefined {
  const live = [ping];
  const ready = [ping, ...readiness];
  const found = healthAnswer(path, query, { livez: live, healthz: ready, readyz: ready });
  for (const { name, reason } of found?.failures ?? []) logger.warn('a health check fails', { name, reason });
  return found;
}

async function kubeconfigAnswer(
  auth: Pick<Auth, 'kubeconfig'>,
  query: URLSearchParams,
  user: UserInfo,
): Promise<Answer> {
  const asked = kubeconfigRequest(query);
  if ('code' in asked) throw new ApiError(asked);
  const result = await auth.kubeconfig(asked, user);
  if (!result.ok) throw new ApiError(result.problem);
  return { code: 200, body: result.kubeconfig };
}

function readOnly<T>(request: IncomingMessage, answer: () => T): T {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  return answer();
}

function documentAnswer(document: ApiDocument, request: IncomingMessage): Answer {
  return answerOf(document, headerOf(request.headers, 'if-none-match'));
}
