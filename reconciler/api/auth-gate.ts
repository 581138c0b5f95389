/** The authentication of requests and the issuing of tokens, as the server asks for them. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { TokenRequest } from '../../schemas/kubernetes/types/authentication-v1.ts';
import type { ServiceAccount } from '../../schemas/kubernetes/types/core-v1.ts';
import type { ClusterAccess } from '../core/model/access.ts';
import { anonymousUser, type UserInfo } from '../core/model/user.ts';
import { ApiError } from './api-error.ts';
import type { Auth } from './auth/auth.ts';
import { unauthorized } from './auth/authenticate.ts';
import { impersonate } from './auth/impersonation.ts';
import type { Authenticator } from './gate.ts';
import type { ResourcePorts } from './resources.ts';
import { storedObject } from './verbs/get.ts';
import { bodyAs } from './verbs/write-context.ts';
import { writeOptions } from './verbs/write-options.ts';

/** Who a request is for: the one who asks, or whom they may act as. */
export function authGate(auth: Auth, cluster: ClusterAccess): Authenticator {
  return {
    authenticate: async (request, local) => {
      const peerCertificate = certificateOf(request, local);
      const credentials = { headers: request.rawHeaders, peerCertificate, local };
      const result = await auth.authenticator.authenticate(credentials);
      if (result.type === 'refused') throw new ApiError(unauthorized);
      const requester: UserInfo = result.type === 'anonymous' ? anonymousUser : result.user;
      const impersonation = impersonate(request.rawHeaders, requester, cluster.view);
      if (!impersonation.ok) throw new ApiError(impersonation.problem);
      return { requester, user: impersonation.user };
    },
  };
}

/** Parsed once per connection: a handshake shows one certificate for all of its requests. */
const certificates = new WeakMap<object, { readonly raw: Uint8Array } | undefined>();

function certificateOf(request: IncomingMessage, local: boolean): { readonly raw: Uint8Array } | undefined {
  if (local) return undefined;
  const connection = connectionOf(request);
  if (certificates.has(connection)) return certificates.get(connection);
  const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
  const kept = certificate === undefined ? undefined : { raw: certificate.raw };
  certificates.set(connection, kept);
  return kept;
}

/** The same object for all requests of a connection: under HTTP/2 each has a socket of its own to show. */
function connectionOf(request: IncomingMessage | Http2ServerRequest): object {
  const session = 'stream' in request ? request.stream.session : undefined;
  return session ?? request.socket;
}

const tokenBody = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  definition: 'io.k8s.api.authentication.v1.TokenRequest',
};

/** What resources need of authentication: issuing tokens, and telling whose one is. */
export function tokenResources(auth: Auth): Pick<ResourcePorts, 'reviewToken' | 'issueToken'> {
  return {
    reviewToken: (review) => auth.reviewToken(review),
    issueToken: async (request, context) => {
      const options = writeOptions(request.query, context.userAgent, 'CreateOptions');
      const body = bodyAs<TokenRequest>(context, tokenBody, options);
      const account = storedObject(request, context.cluster.view) as ServiceAccount;
      const result = await auth.issueToken(body, account);
      if (!result.ok) throw new ApiError(result.problem);
      for (const text of result.warnings) context.warn(text);
      return { code: 201, body: result.object };
    },
  };
}
