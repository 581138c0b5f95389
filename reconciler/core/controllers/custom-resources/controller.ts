/**
 * CustomResourceDefinitions: accepts their names, establishes them, and clears their objects away before they go. What
 * apiextensions-apiserver does in its naming, establishing, approval and finalizing controllers.
 */
import type { CustomResourceDefinition } from '../../../../schemas/kubernetes/types/apiextensions-v1.ts';
import {
  definitionApiVersion,
  definitionKind,
  hasCondition,
  isCustomResourceDefinition,
  servedKindOf,
} from '../../custom/definition.ts';
import { cleanupFinalizer } from '../../custom/termination.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../model/object.ts';
import { emptyPlan, type Plan } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { establishedStatus } from './established.ts';
import { planTermination } from './termination.ts';

export const customResourceController: Controller = {
  name: 'customresourcedefinition-controller',
  keysFor,
  plan,
};

function keysFor({ ref, before, after }: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const object = after ?? before;
  if (object === undefined) return [];
  if (isCustomResourceDefinition(object)) return definitionKeys(ref, object, view);
  // Objects matter only when they go while their definition waits for that.
  if (after !== undefined) return [];
  const info = servedKindOf(object, view.kinds);
  if (info === undefined) return [];
  const name = `${info.plural}.${info.group}`;
  const definition = definitionNamed(name, view);
  return definition?.metadata.deletionTimestamp === undefined ? [] : [refOf(definition)];
}

/** The definition, and those of its group that wait for names which it may have let go. */
function definitionKeys(
  ref: ObjectRef,
  { spec }: CustomResourceDefinition,
  view: ClusterView,
): readonly ObjectRef[] {
  const others = view
    .list<CustomResourceDefinition>(definitionApiVersion, definitionKind)
    .filter((one) => one.spec.group === spec.group && one.metadata.name !== ref.name)
    .filter((one) => !hasCondition(one, 'NamesAccepted'));
  return [ref, ...others.map(refOf)];
}

function definitionNamed(name: string, view: ClusterView): CustomResourceDefinition | undefined {
  return view.get<CustomResourceDefinition>(definitionApiVersion, definitionKind, '', name);
}

function plan(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext): Plan {
  const definition = definitionNamed(key.name, view);
  if (definition === undefined) return emptyPlan;
  const now = formatTime(nowMs);
  if (definition.metadata.deletionTimestamp !== undefined) {
    const held = (definition.metadata.finalizers ?? []).includes(cleanupFinalizer);
    return held ? planTermination(definition, view, now) : emptyPlan;
  }
  const status = establishedStatus(definition, others(definition, view), view.kinds, now);
  if (sameJson(status, definition.status)) return emptyPlan;
  const object: KubeObject & Pick<CustomResourceDefinition, 'status'> = { ...definition, status };
  return { changes: [{ type: 'update', scope: 'status', object }], events: [] };
}

function others(
  definition: CustomResourceDefinition,
  view: ClusterView,
): readonly CustomResourceDefinition[] {
  const { name } = definition.metadata;
  return view
    .list<CustomResourceDefinition>(definitionApiVersion, definitionKind)
    .filter((one) => one.metadata.name !== name && one.spec.group === definition.spec.group);
}
