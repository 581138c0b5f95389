/** Signs the tokens that pods find in their projected volumes, the same way as a TokenRequest. */
import type { ServiceAccount } from '../schemas/kubernetes/types/core-v1.ts';
import type { Auth } from './api/auth/auth.ts';
import { parseTime } from './core/model/time.ts';
import type { ClusterView } from './core/model/view.ts';
import type { TokenSigner } from './loop/pod-tokens.ts';

export function tokenSigner(auth: Pick<Auth, 'issueToken'>, view: ClusterView): TokenSigner {
  return async (pod, { audience, expirationSeconds }) => {
    const { namespace = '', name: podName = '', uid = '' } = pod.metadata;
    const name = pod.spec?.serviceAccountName ?? 'default';
    const account = view.get<ServiceAccount>('v1', 'ServiceAccount', namespace, name);
    if (account === undefined)
      return {
        ok: false,
        message: `failed to fetch token: serviceaccounts ${JSON.stringify(name)} not found`,
      };
    const result = await auth.issueToken(
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: { name, namespace },
        spec: {
          audiences: audience === '' ? [] : [audience],
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: podName, uid },
        },
      },
      account,
    );
    if (!result.ok) return { ok: false, message: `failed to fetch token: ${result.problem.message}` };
    const { token = '', expirationTimestamp = '' } = result.object.status ?? {};
    return { ok: true, token, expiresMs: parseTime(expirationTimestamp) ?? 0 };
  };
}
