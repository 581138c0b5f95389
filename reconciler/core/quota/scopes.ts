/** Which objects a quota with scopes counts. */
import type {
  Affinity,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { qosClassOf } from '../registry/qos.ts';

interface Requirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Whether the quota counts `object`: one with scopes counts pods or claims that match all of them, and nothing else. */
export function isCounted({ spec }: ResourceQuota, object: KubeObject): boolean {
  const requirements: readonly Requirement[] = [
    ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  if (object.apiVersion !== 'v1') return false;
  if (object.kind === 'Pod') return requirements.every((one) => podMatches(one, object as Pod));
  if (object.kind !== 'PersistentVolumeClaim') return false;
  return requirements.every((one) => claimMatches(one, object as PersistentVolumeClaim));
}

function podMatches({ scopeName, operator, values = [] }: Requirement, pod: Pod): boolean {
  switch (scopeName) {
    case 'Terminating':
      return pod.spec?.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return pod.spec?.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return qosClassOf(pod) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(pod) !== 'BestEffort';
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod.spec?.affinity);
    case 'PriorityClass':
      return namesMatch([pod.spec?.priorityClassName ?? ''], operator, values);
    default:
      return false;
  }
}

/** Also a class that a claim still has, or is on its way to, counts. */
function claimMatches(
  { scopeName, operator, values = [] }: Requirement,
  claim: PersistentVolumeClaim,
): boolean {
  if (scopeName !== 'VolumeAttributesClass') return false;
  const { spec, status } = claim;
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return namesMatch(
    names.map((name) => name ?? ''),
    operator,
    values,
  );
}

function namesMatch(given: readonly string[], operator: string, values: readonly string[]): boolean {
  const names = given.filter((name) => name !== '');
  switch (operator) {
    case 'In':
      return names.some((name) => values.includes(name));
    case 'NotIn':
      return !names.some((name) => values.includes(name));
    case 'DoesNotExist':
      return names.length === 0;
    default:
      return names.length > 0;
  }
}

function crossesNamespaces(affinity: Affinity | undefined): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => term.podAffinityTerm),
  ]);
  return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}
