/** Pods run as a ServiceAccount of their namespace: `default` unless they name one, which has to be there. */
import type { Pod, ServiceAccount } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { isMirrorPod, mirrorReferenceReason } from './mirror-pod.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

const defaultName = 'default';

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  operations: ['CREATE'],
  kinds: new Set(['/Pod']),
  admit: (request) => withServiceAccount(request, request.object as Pod),
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
  return { object: { ...pod, spec: next } as Pod };
}
