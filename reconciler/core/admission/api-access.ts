/** The volume by which a pod's containers reach the API: its token, the authority to check it with, the namespace. */
import type {
  Container,
  Pod,
  ServiceAccount,
  Volume,
  VolumeMount,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { listOf } from '../../../schemas/validation/loose.ts';
import { seededName } from '../model/seeded-suffix.ts';
import { stableHash } from '../model/stable-hash.ts';

const volumePrefix = 'kube-api-access-';
/** Where every client library looks. */
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour, and some seconds by which Kubernetes tells these tokens from those that were asked for. */
const tokenSeconds = 3607;

/** The pod's own wish comes first, then its account's; neither says no by being silent. */
export function wantsApiAccess(pod: Pod, account: ServiceAccount | undefined): boolean {
  return (pod.spec?.automountServiceAccountToken ?? account?.automountServiceAccountToken) !== false;
}

/** The pod with the volume mounted in each container that has nothing else at its place. */
export function withApiAccess(pod: Pod): Pod {
  const { spec } = pod;
  // One without containers is refused, but not here.
  if (spec === undefined || listOf(spec.containers).length === 0) return pod;
  const { volumes = [], containers, initContainers } = spec;
  const known = volumes.find(({ name }) => name.startsWith(volumePrefix))?.name;
  const seed = Number.parseInt(stableHash(pod.metadata.uid ?? '').slice(0, 8), 16);
  const name = known ?? seededName(volumePrefix, seed, 0);
  const mount: VolumeMount = { name, mountPath, readOnly: true };
  const mounted = (container: Container): Container =>
    mountsThere(container)
      ? container
      : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
  const isNeeded = [...containers, ...(initContainers ?? [])].some((container) => !mountsThere(container));
  if (!isNeeded) return pod;
  return {
    ...pod,
    spec: {
      ...spec,
      containers: containers.map(mounted),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(mounted) }),
      ...(known === undefined ? { volumes: [...volumes, apiAccessVolume(name)] } : {}),
    },
  };
}

function mountsThere({ volumeMounts = [] }: Container): boolean {
  return volumeMounts.some((mount) => mount.mountPath === mountPath);
}

function apiAccessVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}
