/** The end of a definition: its objects are deleted, and when the last one is gone its finalizer is let go. */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
} from '../../../../schemas/kubernetes/types/apiextensions-v1.ts';
import { apiVersionIn, hasCondition, storageVersionOf } from '../../custom/definition.ts';
import { cleanupFinalizer, withDefinitionCondition } from '../../custom/termination.ts';
import { sameJson } from '../../model/json.ts';
import { type KubeObject, refOf } from '../../model/object.ts';
import type { Change, Plan } from '../../model/plan.ts';
import type { ClusterView } from '../../model/view.ts';

/** Objects deleted by one plan: bounds the size of one commit. */
const deletionsPerPlan = 500;

const inProgress: CustomResourceDefinitionCondition = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
};
const completed: CustomResourceDefinitionCondition = {
  type: 'Terminating',
  status: 'False',
  reason: 'InstanceDeletionCompleted',
  message: 'removed all instances',
};
const neverEstablished: CustomResourceDefinitionCondition = {
  type: 'Terminating',
  status: 'False',
  reason: 'NeverEstablished',
  message: 'resource was never established',
};

/** `now` is RFC 3339. */
export function planTermination(definition: CustomResourceDefinition, view: ClusterView, now: string): Plan {
  if (!hasCondition(definition, 'Established')) return letGo(definition, neverEstablished, now);
  const apiVersion = apiVersionIn(definition, storageVersionOf(definition));
  const objects = view.list<KubeObject>(apiVersion, kindOf(definition));
  if (objects.length === 0) return letGo(definition, completed, now);
  const deletions = objects
    .filter((object) => object.metadata.deletionTimestamp === undefined)
    .slice(0, deletionsPerPlan)
    .map(
      (object): Change => ({
        type: 'delete',
        ref: refOf(object),
        uid: object.metadata.uid ?? '',
        propagation: 'Background',
      }),
    );
  const object = withDefinitionCondition(definition, inProgress, now);
  const told: readonly Change[] = sameJson(object.status, definition.status)
    ? []
    : [{ type: 'update', scope: 'status', object }];
  return { changes: [...told, ...deletions], events: [] };
}

function kindOf({ spec, status }: CustomResourceDefinition): string {
  const accepted = status?.acceptedNames?.kind ?? '';
  return accepted === '' ? spec.names.kind : accepted;
}

function letGo(
  definition: CustomResourceDefinition,
  condition: CustomResourceDefinitionCondition,
  now: string,
): Plan {
  const { finalizers = [], ...rest } = definition.metadata;
  const kept = finalizers.filter((name) => name !== cleanupFinalizer);
  const metadata = kept.length === 0 ? rest : { ...rest, finalizers: kept };
  const object = withDefinitionCondition({ ...definition, metadata }, condition, now);
  return { changes: [{ type: 'update', scope: 'all', object }], events: [] };
}
