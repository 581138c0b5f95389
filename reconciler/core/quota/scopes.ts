/** Which pods a quota with scopes counts. */
import type { Affinity, Pod, ResourceQuota } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../model/object.ts';
import { qosClassOf } from '../registry/qos.ts';

interface Requirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Whether the quota counts `object`: one with scopes counts pods that match all of them, and nothing else. */
export function isCounted({ spec }: ResourceQuota, object: KubeObject): boolean {
  const requirements: readonly Requirement[] = [
    ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  if (object.kind !== 'Pod' || object.apiVersion !== 'v1') return false;
  return requirements.every((requirement) => matches(requirement, object as Pod));
}

function matches({ scopeName, operator, values = [] }: Requirement, pod: Pod): boolean {
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
      return priorityMatches(pod.spec?.priorityClassName ?? '', operator, values);
    default:
      return false;
  }
}

function priorityMatches(name: string, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    case 'DoesNotExist':
      return name === '';
    default:
      return name !== '';
  }
}

function crossesNamespaces(affinity: Affinity | undefined): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => term.podAffinityTerm),
  ]);
  return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}
