/** The ConfigMaps, Secrets and claims that a pod mentions: what its host has to be given with it. */
import type { EnvFromSource, EnvVar, Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';
import { podClaims } from '../storage/pod-claims.ts';

/** By pod: the same ones are asked again with each change of what any of a host's pods mentions. */
const known = new WeakMap<Pod, readonly string[]>();

/** Entry keys, `configmap/NAMESPACE/NAME`, `secret/…` and `claim/…`, sorted, each once. */
export function podReferences(pod: Pod): readonly string[] {
  const references = known.get(pod) ?? referencesOf(pod);
  known.set(pod, references);
  return references;
}

function referencesOf(pod: Pod): readonly string[] {
  const namespace = pod.metadata.namespace ?? '';
  const keys = new Set<string>();
  const add: Add = (type, name) => {
    if (name !== undefined && name !== '') keys.add(`${type}/${namespace}/${name}`);
  };
  const { volumes, initContainers, containers, ephemeralContainers, imagePullSecrets } = pod.spec ?? {};
  for (const volume of volumes ?? []) addVolume(volume, add);
  for (const claim of podClaims(pod)) add('claim', claim.name);
  for (const container of [...(initContainers ?? []), ...(containers ?? []), ...(ephemeralContainers ?? [])])
    addContainer(container, add);
  for (const secret of imagePullSecrets ?? []) add('secret', secret.name);
  return [...keys].sort();
}

type Add = (type: 'configmap' | 'secret' | 'claim', name: string | undefined) => void;

function addVolume(volume: Volume, add: Add): void {
  add('configmap', volume.configMap?.name);
  add('secret', volume.secret?.secretName);
  for (const source of volume.projected?.sources ?? []) {
    add('configmap', source.configMap?.name);
    add('secret', source.secret?.name);
  }
}

interface WithEnvironment {
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
}

function addContainer(container: WithEnvironment, add: Add): void {
  for (const variable of container.env ?? []) {
    add('configmap', variable.valueFrom?.configMapKeyRef?.name);
    add('secret', variable.valueFrom?.secretKeyRef?.name);
  }
  for (const source of container.envFrom ?? []) {
    add('configmap', source.configMapRef?.name);
    add('secret', source.secretRef?.name);
  }
}
