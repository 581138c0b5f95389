/** Pods run as a ServiceAccount of their namespace: `default` unless they name one, which has to be there. */
import type { Pod, ServiceAccount } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { wantsApiAccess, withApiAccess } from './api-access.ts';
import { isMirrorPod, mirrorReferenceReason } from './mirror-pod.ts';
import { mountableSecretReason } from './mountable-secrets.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

const defaultName = 'default';

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  operations: ['CREATE', 'UPDATE'],
  kinds: new Set(['/Pod']),
  subresources: new Set(['ephemeralcontainers']),
  admit: (request) => {
    const pod = request.object as Pod;
    if (request.operation === 'CREATE') return withServiceAccount(request, pod);
    return request.subresource === 'ephemeralcontainers' ? debugged(request, pod) : admitted;
  },
};

function withServiceAccount(request: AdmissionRequest, pod: Pod): Verdict {
  const { spec } = pod;
  if (spec === undefined) return admitted;
  if (isMirrorPod(pod)) {
    // Its kubelet would kill a mirror that is not what it runs.
    const why = mirrorReferenceReason(pod);
    return why === undefined ? admitted : refuse(request, why);
  }
  const namespace = pod.metadata.namespace ?? '';
  const name = spec.serviceAccountName ?? spec.serviceAccount ?? '';
  const used = name === '' ? defaultName : name;
  const account = request.view.get<ServiceAccount>('v1', 'ServiceAccount', namespace, used);
  // Every namespace gets `default`: a pod that comes before it need not fail.
  if (account === undefined && used !== defaultName)
    return refuse(
      request,
      `error looking up service account ${namespace}/${used}: serviceaccount "${used}" not found`,
    );
  const secrets = spec.imagePullSecrets ?? [];
  const inherited = secrets.length === 0 ? (account?.imagePullSecrets ?? []) : [];
  const next = {
    ...spec,
    serviceAccountName: used,
    serviceAccount: used,
    ...(inherited.length === 0 ? {} : { imagePullSecrets: inherited }),
  };
  const then = { ...pod, spec: next } as Pod;
  const why = account === undefined ? undefined : mountableSecretReason(then, account);
  if (why !== undefined) return refuse(request, why);
  return { object: wantsApiAccess(then, account) ? withApiAccess(then) : then };
}

/** Containers to debug with use no more secrets than others. */
function debugged(request: AdmissionRequest, pod: Pod): Verdict {
  const { metadata, spec } = pod;
  const name = spec?.serviceAccountName ?? defaultName;
  const account = request.view.get<ServiceAccount>('v1', 'ServiceAccount', metadata.namespace ?? '', name);
  const added: Pod = {
    ...pod,
    spec: { containers: [], ephemeralContainers: spec?.ephemeralContainers ?? [] },
  };
  const why = account === undefined ? undefined : mountableSecretReason(added, account);
  return why === undefined ? admitted : refuse(request, why);
}
