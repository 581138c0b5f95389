/** Controllers that keep one object in every namespace which is not ending. */
import type { Namespace } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../model/object.ts';
import { emptyPlan, type Plan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';

export interface NamespaceObject<T extends KubeObject> {
  /** Of the controller. */
  readonly name: string;
  readonly apiVersion: T['apiVersion'];
  readonly kind: T['kind'];
  readonly objectName: string;
  /** The object as it shall be, from what is there; the same one where nothing is wrong with it. */
  readonly desired: (namespace: string, live: T | undefined) => T;
}

/** Planned by namespace: its object is made, and set right when somebody changed or removed it. */
export function namespaceObjectController<T extends KubeObject>(kept: NamespaceObject<T>): Controller {
  const keysFor = ({ ref }: ViewChange, view: ClusterView): readonly ObjectRef[] => {
    if (ref.apiVersion === 'v1' && ref.kind === 'Namespace') return [ref];
    const isKept =
      ref.kind === kept.kind && ref.name === kept.objectName && ref.apiVersion === kept.apiVersion;
    if (!isKept) return [];
    const namespace = view.get<Namespace>('v1', 'Namespace', '', ref.namespace);
    return namespace === undefined ? [] : [refOf(namespace)];
  };
  const plan = (key: ObjectRef, view: ClusterView): Plan => {
    const namespace = view.get<Namespace>('v1', 'Namespace', '', key.name);
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return emptyPlan;
    const live = view.get<T>(kept.apiVersion, kept.kind, key.name, kept.objectName);
    const object = kept.desired(key.name, live);
    if (live === undefined) return { changes: [{ type: 'create', object }], events: [] };
    if (sameJson(object, live)) return emptyPlan;
    return { changes: [{ type: 'update', scope: 'spec', object }], events: [] };
  };
  return { name: kept.name, keysFor, plan };
}
