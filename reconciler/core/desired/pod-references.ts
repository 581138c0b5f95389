/** The ConfigMaps and Secrets that a pod mentions: what its host has to be given with it. */
import type { Container, Pod, Volume } from '../../../schemas/kubernetes/types/core-v1.ts';

/** Entry keys, `configmap/NAMESPACE/NAME` and `secret/NAMESPACE/NAME`, sorted, each once. */
export function podReferences(pod: Pod): readonly string[] {
  const namespace = pod.metadata.namespace ?? '';
  const keys = new Set<string>();
  const add = (type: 'configmap' | 'secret', name: string | undefined): void => {
    if (name !== undefined && name !== '') keys.add(`${type}/${namespace}/${name}`);
  };
  for (const volume of pod.spec?.volumes ?? []) addVolume(volume, add);
  for (const container of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])])
    addContainer(container, add);
  for (const secret of pod.spec?.imagePullSecrets ?? []) add('secret', secret.name);
  return [...keys].sort();
}

type Add = (type: 'configmap' | 'secret', name: string | undefined) => void;

function addVolume(volume: Volume, add: Add): void {
  add('configmap', volume.configMap?.name);
  add('secret', volume.secret?.secretName);
  for (const source of volume.projected?.sources ?? []) {
    add('configmap', source.configMap?.name);
    add('secret', source.secret?.name);
  }
}

function addContainer(container: Container, add: Add): void {
  for (const variable of container.env ?? []) {
    add('configmap', variable.valueFrom?.configMapKeyRef?.name);
    add('secret', variable.valueFrom?.secretKeyRef?.name);
  }
  for (const source of container.envFrom ?? []) {
    add('configmap', source.configMapRef?.name);
    add('secret', source.secretRef?.name);
  }
}
