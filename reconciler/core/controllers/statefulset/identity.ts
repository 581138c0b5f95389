/** Who a StatefulSet's pods are: names, ordinals, and what of a pod follows from them. */
import type { StatefulSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod, PodSpec, PodTemplateSpec, Volume } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { hasLabels } from '../../model/label-selector.ts';
import { podFromTemplate } from '../pod-from-template.ts';

/** The label that names a pod's revision. */
export const revisionLabel = 'controller-revision-hash';
const podNameLabel = 'statefulset.kubernetes.io/pod-name';
const podIndexLabel = 'apps.kubernetes.io/pod-index';

/** Largest ordinal: Kubernetes reads it as a signed 32-bit number. */
const ordinalMax = 2_147_483_647;

/** The set's name and the ordinal in a name of the form `set-3`; undefined for any other. */
export function memberOf(name: string): { readonly set: string; readonly ordinal: number } | undefined {
  const dash = name.lastIndexOf('-');
  if (dash <= 0 || dash === name.length - 1) return undefined;
  let ordinal = 0;
  for (let index = dash + 1; index < name.length; index++) {
    const digit = name.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    ordinal = ordinal * 10 + digit;
  }
  return ordinal > ordinalMax ? undefined : { set: name.slice(0, dash), ordinal };
}

/** -1 for a pod that has none. */
export function ordinalOf(pod: Pod): number {
  return memberOf(pod.metadata.name ?? '')?.ordinal ?? -1;
}

export function startOrdinal(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0;
}

export function replicasOf(set: StatefulSet): number {
  return set.spec?.replicas ?? 1;
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const start = startOrdinal(set);
  return ordinal >= start && ordinal < start + replicasOf(set);
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name ?? ''}-${ordinal}`;
}

export function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${podName(set, ordinal)}`;
}

export function revisionOfPod(pod: Pod): string | undefined {
  return pod.metadata.labels?.[revisionLabel];
}

/** Labels by which one pod of a set is told from the others. */
function identityLabels(set: StatefulSet, ordinal: number): Readonly<Record<string, string>> {
  return { [podNameLabel]: podName(set, ordinal), [podIndexLabel]: String(ordinal) };
}

/** The pod of this ordinal as `template` and the set have it, of the named revision. */
export function newPod(
  set: StatefulSet,
  template: PodTemplateSpec | undefined,
  ordinal: number,
  revision: string,
): Pod {
  const name = podName(set, ordinal);
  const pod = podFromTemplate(set, template, { name, generateName: `${set.metadata.name ?? ''}-` });
  const serviceName = set.spec?.serviceName ?? '';
  const spec: PodSpec = {
    containers: [],
    ...pod.spec,
    hostname: name,
    ...(serviceName === '' ? {} : { subdomain: serviceName }),
    ...volumesOf(set, pod, ordinal),
  };
  const labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal), [revisionLabel]: revision };
  return { ...pod, metadata: { ...pod.metadata, labels }, spec };
}

/** The set's claims take the place of the template's volumes of the same name. */
function volumesOf(set: StatefulSet, pod: Pod, ordinal: number): { readonly volumes?: readonly Volume[] } {
  const claims = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata: { name = '' } }) => name);
  const own = pod.spec?.volumes ?? [];
  if (claims.length === 0) return pod.spec?.volumes === undefined ? {} : { volumes: own };
  const claimed = claims.map((name) => ({
    name,
    persistentVolumeClaim: { claimName: claimName(set, name, ordinal) },
  }));
  return { volumes: [...claimed, ...own.filter(({ name }) => !claims.includes(name))] };
}

/** The pod with the labels of its identity put back; undefined where it has them. */
export function withIdentity(set: StatefulSet, pod: Pod): Pod | undefined {
  const wanted = identityLabels(set, ordinalOf(pod));
  const labels = pod.metadata.labels ?? {};
  if (hasLabels(wanted, labels)) return undefined;
  return { ...pod, metadata: { ...pod.metadata, labels: { ...labels, ...wanted } } };
}
