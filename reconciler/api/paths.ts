/** Paths that are about no resource: version, health, discovery, OpenAPI, keys of tokens. */
import type { IncomingMessage } from 'node:http';
import type { ClusterAccess } from '../core/model/access.ts';
import type { UserInfo } from '../core/model/user.ts';
import type { Answer } from './answer.ts';
import { headerOf } from './answer.ts';
import { ApiError, methodNotAllowed } from './api-error.ts';
import type { Auth } from './auth/auth.ts';
import { kubeconfigRequest } from './auth/kubeconfig.ts';
import { discoveryDocument } from './discovery/discovery.ts';
import { type ApiDocument, answerOf } from './discovery/document.ts';
import type { PathRoute } from './handler.ts';
import { OpenApi } from './openapi/openapi.ts';

const kubeconfigPath = '/apis/berth.dev/v1alpha1/kubeconfig';

interface PathParts {
  readonly cluster: ClusterAccess;
  readonly auth: Pick<Auth, 'openidConfiguration' | 'jwks' | 'kubeconfig'>;
  readonly version: string;
  readonly readiness: Readonly<Record<string, () => string | undefined>>;
}

export function apiPaths({ cluster, auth, version }: PathParts): readonly PathRoute[] {
  const openApi = new OpenApi();
  const fixed: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    '/version': () => ({
      code: 200,
      body: { major: '1', minor: '36', gitVersion: `v1.36.0+berth-${version}`, platform: 'linux/amd64' },
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
    ({ path }) => (/^\/(healthz|livez|readyz)/.test(path) ? { code: 200, body: 'ok' } : undefined),
    ({ path, query }, request, user) =>
      path === kubeconfigPath ? readOnly(request, () => kubeconfigAnswer(auth, query, user)) : undefined,
    ({ path }, request) => {
      const accept = headerOf(request.headers, 'accept');
      const host = headerOf(request.headers, 'host') ?? headerOf(request.headers, ':authority') ?? '';
      const { view } = cluster;
      const document =
        discoveryDocument({ path, accept, host }, view.kinds) ?? openApi.document({ path, accept }, view);
      return document === undefined ? undefined : readOnly(request, () => documentAnswer(document, request));
    },
  ];
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
