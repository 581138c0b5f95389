/** The end of a CustomResourceDefinition: all its objects go before it does. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
} from '../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { withCondition } from '../model/conditions.ts';

/** Holds a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** What a definition says in the commit that marks it for deletion. `now` is RFC 3339. */
export function withTerminating(definition: CustomResourceDefinition, now: string): CustomResourceDefinition {
  const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon';
  return withDefinitionCondition(
    definition,
    { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message },
    now,
  );
}

/** The definition with a condition in its status. */
export function withDefinitionCondition(
  definition: CustomResourceDefinition,
  condition: CustomResourceDefinitionCondition,
  now: string,
): CustomResourceDefinition {
  const conditions = withCondition(definition.status?.conditions, condition, now);
  return { ...definition, status: { ...definition.status, conditions } };
}
