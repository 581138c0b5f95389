/** Everything that the API needs to know who asks and to prove itself, made from the vault's keys. */
import type { TokenRequest, TokenReview } from '../../../schemas/kubernetes/types/authentication-v1.ts';
import type { ServiceAccount } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { AsyncController } from '../../core/model/controller.ts';
import type { UserInfo } from '../../core/model/user.ts';
import type { ClusterView } from '../../core/model/view.ts';
import type { Clock, Logger, Random } from '../../core/ports.ts';
import { AdminToken } from './admin-token.ts';
import { Authenticator } from './authenticate.ts';
import { type Authority, loadAuthority } from './authority.ts';
import { certificateSigner } from './certificate-signer.ts';
import { ClientCertificates } from './client-certificates.ts';
import type { KeyVault } from './key-vault.ts';
import { type KubeconfigRequest, type KubeconfigResult, kubeconfigFor } from './kubeconfig.ts';
import { type OidcSettings, OidcTokens } from './oidc.ts';
import { serverNames } from './server-names.ts';
import { ServiceAccountTokens } from './service-account-tokens.ts';
import { ServingCertificate } from './serving-certificate.ts';
import { SigningKeys, signingAlgorithm } from './signing-keys.ts';
import { issueToken, type TokenResult } from './token-request.ts';
import { reviewToken, type TokenReviewResult } from './token-review.ts';
import { tokenSecretController } from './token-secrets.ts';

/** Kubernetes' usual issuer: pods reach it, and tokens stay good when the API's address changes. */
export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';
const defaultTokenSecondsMax = 365 * 86_400;

export interface AuthSettings {
  /** Where `admin.token` lies. */
  readonly stateDirectory: string;
  /** More names and addresses of the API: its service's first address, load balancers. */
  readonly serverNames?: readonly string[];
  /** What kubeconfigs name unless told otherwise: `https://127.0.0.1:6443`. */
  readonly serverUrl: string;
  /** Issuers of service account tokens: the first one signs, the others are still taken. */
  readonly issuers?: readonly string[];
  /** Audiences of the API; the issuers unless given. */
  readonly apiAudiences?: readonly string[];
  readonly tokenSecondsMax?: number;
  readonly oidc?: OidcSettings;
}

export interface AuthParts {
  readonly vault: KeyVault;
  readonly settings: AuthSettings;
  readonly view: ClusterView;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface Auth {
  readonly authenticator: Authenticator;
  /** Certificate of the authority that signs the API's own: for kubeconfigs, and for `kube-root-ca.crt`. */
  readonly caPem: string;
  /** TLS options, and how they are kept fresh. */
  readonly serving: ServingCertificate;
  /** Signing work for the leader: token Secrets and certificate requests. */
  readonly controllers: readonly AsyncController[];
  issueToken(request: TokenRequest, account: ServiceAccount): Promise<TokenResult>;
  reviewToken(review: TokenReview): Promise<TokenReviewResult>;
  /** `GET /.well-known/openid-configuration`. */
  openidConfiguration(): object;
  /** `GET /openid/v1/jwks`, of type `application/jwk-set+json`. */
  jwks(): Promise<object>;
  /** Adds a key for service account tokens, which signs from now on. */
  rotateTokenKey(): Promise<void>;
  kubeconfig(request: KubeconfigRequest, requester: UserInfo): Promise<KubeconfigResult>;
}

/** Loads or makes the keys. Rejects where a key cannot be kept or read, or the settings cannot work. */
export async function createAuth(parts: AuthParts): Promise<Auth> {
  const { vault, settings, view, clock, logger } = parts;
  const server = await loadAuthority(vault, 'server-ca', 'berth-server-ca', clock.now());
  const client = await loadAuthority(vault, 'client-ca', 'berth-client-ca', clock.now());
  const tokens = await loadTokens(parts);
  const { apiAudiences } = tokens.settings;
  const authenticator = new Authenticator({
    certificates: new ClientCertificates(client),
    adminToken: await AdminToken.load(settings.stateDirectory),
    tokens,
    oidc: settings.oidc === undefined ? undefined : new OidcTokens(settings.oidc, { clock, logger }),
    view,
    clock,
  });
  const serving = await ServingCertificate.create({
    authority: server,
    clientAuthority: client,
    names: () => serverNames([...(settings.serverNames ?? []), hostOf(settings.serverUrl)]),
    clock,
    logger,
  });
  const expirationSecondsMax = settings.tokenSecondsMax ?? defaultTokenSecondsMax;
  return {
    authenticator,
    caPem: server.pem,
    serving,
    controllers: [tokenSecretController(tokens, server.pem), certificateSigner({ client, server })],
    issueToken: (request, account) =>
      issueToken(request, account, { tokens, view, clock, expirationSecondsMax }),
    reviewToken: (review) => reviewToken(review, authenticator, apiAudiences),
    openidConfiguration: () => openidConfiguration(tokens.issuer),
    jwks: () => tokens.keys.jwks(),
    rotateTokenKey: () => tokens.keys.rotate(),
    kubeconfig: (request, requester) =>
      kubeconfigFor(request, requester, kubeconfigContext(server, client, settings.serverUrl, clock.now())),
  };
}

async function loadTokens({ vault, settings, clock, random }: AuthParts): Promise<ServiceAccountTokens> {
  const issuers = settings.issuers ?? [defaultIssuer];
  const apiAudiences = settings.apiAudiences ?? issuers;
  return new ServiceAccountTokens(
    await SigningKeys.load(vault),
    { issuers, apiAudiences },
    { clock, random },
  );
}

function kubeconfigContext(
  serverAuthority: Authority,
  clientAuthority: Authority,
  defaultServer: string,
  nowMs: number,
): Parameters<typeof kubeconfigFor>[2] {
  return { serverAuthority, clientAuthority, defaultServer, nowMs };
}

/** Host of a URL; IPv6 addresses without their brackets. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

function openidConfiguration(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer.replace(/\/$/, '')}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [signingAlgorithm],
  };
}
