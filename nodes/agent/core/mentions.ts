/** Which entries of the desired state a pod reads. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { claimNameOf } from './claim-volumes.ts';
import type { DesiredState } from './desired-state.ts';
import { allContainers } from './pod-containers.ts';

/** Keys of entries that pods read: `configmap/…`, `secret/…` and `claim/NAMESPACE/NAME`, `token/UID`. */
export function isSourceKey(key: string): boolean {
  return /^(?:configmap|secret|claim|token)\//.test(key);
}

/** Uids of the pods that mention any of `keys`. */
export function podsMentioning(
  entries: DesiredState['entries'],
  keys: ReadonlySet<string>,
): readonly string[] {
  const uids: string[] = [];
  for (const entry of entries.values()) {
    if (entry.type === 'pod' && mentionsOf(entry.pod).some((key) => keys.has(key)))
      uids.push(entry.key.slice('pod/'.length));
  }
  return uids;
}

export function mentionsOf(pod: Pod): readonly string[] {
  const namespace = pod.metadata.namespace ?? '';
  const configMap = (name: string | undefined): string => `configmap/${namespace}/${name ?? ''}`;
  const secret = (name: string | undefined): string => `secret/${namespace}/${name ?? ''}`;
  const mentions: string[] = [`token/${pod.metadata.uid ?? ''}`];
  for (const volume of pod.spec?.volumes ?? []) {
    const claim = claimNameOf(pod, volume);
    if (claim !== undefined) mentions.push(`claim/${namespace}/${claim}`);
    if (volume.configMap !== undefined) mentions.push(configMap(volume.configMap.name));
    if (volume.secret !== undefined) mentions.push(secret(volume.secret.secretName));
    for (const source of volume.projected?.sources ?? []) {
      if (source.configMap !== undefined) mentions.push(configMap(source.configMap.name));
      if (source.secret !== undefined) mentions.push(secret(source.secret.name));
    }
  }
  for (const { env, envFrom } of allContainers(pod)) {
    for (const from of envFrom ?? []) {
      if (from.configMapRef !== undefined) mentions.push(configMap(from.configMapRef.name));
      if (from.secretRef !== undefined) mentions.push(secret(from.secretRef.name));
    }
    for (const { valueFrom } of env ?? []) {
      if (valueFrom?.configMapKeyRef !== undefined) mentions.push(configMap(valueFrom.configMapKeyRef.name));
      if (valueFrom?.secretKeyRef !== undefined) mentions.push(secret(valueFrom.secretKeyRef.name));
    }
  }
  return mentions;
}
