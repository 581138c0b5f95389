/** The status of a definition that stays: the names it may use, and whether its kind is served. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionStatus,
} from '../../../../schemas/kubernetes/types/apiextensions-v1.ts';
import type { KindTable } from '../../../../schemas/kinds.ts';
import { hasCondition } from '../../custom/definition.ts';
import { withCondition } from '../../model/conditions.ts';
import { acceptNames } from './names.ts';

const approvedAnnotation = 'api-approved.kubernetes.io';

/** `others` are the definitions of the same group; `now` is RFC 3339. */
export function establishedStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  table: KindTable,
  now: string,
): CustomResourceDefinitionStatus {
  const { names, condition } = acceptNames(definition, others, table);
  const isEstablished = hasCondition(definition, 'Established');
  const established = isEstablished ? [] : [establishedCondition(condition.status === 'True')];
  const conditions = [condition, ...established, ...approvalCondition(definition)].reduce(
    (list, one) => withCondition(list, one, now),
    definition.status?.conditions ?? [],
  );
  return { ...definition.status, acceptedNames: names, conditions };
}

function establishedCondition(accepted: boolean): CustomResourceDefinitionCondition {
  return accepted
    ? {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      }
    : {
        type: 'Established',
        status: 'False',
        reason: 'NotAccepted',
        message: 'not all names are accepted',
      };
}

/** Groups of the Kubernetes community say who approved their API. */
function approvalCondition({
  metadata,
  spec,
}: CustomResourceDefinition): readonly CustomResourceDefinitionCondition[] {
  const isProtected = ['k8s.io', 'kubernetes.io'].some(
    (suffix) => spec.group === suffix || spec.group.endsWith(`.${suffix}`),
  );
  if (!isProtected) return [];
  const value = metadata.annotations?.[approvedAnnotation] ?? '';
  const type = 'KubernetesAPIApprovalPolicyConformant';
  if (value.startsWith('unapproved')) {
    const message = `not approved: ${JSON.stringify(value)}`;
    return [{ type, status: 'False', reason: 'UnapprovedAnnotation', message }];
  }
  return [{ type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${value}` }];
}
