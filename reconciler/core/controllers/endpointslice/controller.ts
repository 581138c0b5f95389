/** Keeps the EndpointSlices of every Service with a selector equal to the pods that it selects. */
import type { Pod, Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { hasLabels } from '../../model/label-selector.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Change, type Plan, emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { isControlledBy } from '../owner.ts';
import { endpointsAffected, endpointsOf } from './endpoints.ts';
import { managedBy, managedByLabel, serviceNameLabel, slicesOf } from './slices.ts';

const controllerName = 'endpointslice-controller';

export const endpointSliceController: Controller = { name: controllerName, keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { apiVersion, kind, namespace } = change.ref;
  if (apiVersion === 'v1' && kind === 'Service') return [change.ref];
  if (apiVersion === 'discovery.k8s.io/v1' && kind === 'EndpointSlice') return serviceOfSlice(change);
  if (apiVersion !== 'v1' || kind !== 'Pod') return [];
  const before = change.before as Pod | undefined;
  const after = change.after as Pod | undefined;
  if (!endpointsAffected(before, after)) return [];
  const selects = (service: Service): boolean => {
    const selector = selectorOf(service);
    return (
      selector !== undefined &&
      [before, after].some((pod) => pod !== undefined && hasLabels(selector, pod.metadata.labels))
    );
  };
  return view.list<Service>('v1', 'Service', namespace).filter(selects).map(refOf);
}

function serviceOfSlice(change: ViewChange): readonly ObjectRef[] {
  const labels = (change.after ?? change.before)?.metadata.labels;
  const name = labels?.[serviceNameLabel];
  if (name === undefined || labels?.[managedByLabel] !== managedBy) return [];
  return [{ apiVersion: 'v1', kind: 'Service', namespace: change.ref.namespace, name }];
}

/** The selector of a Service that this controller serves; slices of one without are made by others. */
function selectorOf(service: Service): Readonly<Record<string, string>> | undefined {
  const selector = service.spec?.selector;
  if (service.spec?.type === 'ExternalName' || selector === undefined || Object.keys(selector).length === 0)
    return undefined;
  return selector;
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const service = view.get<Service>('v1', 'Service', key.namespace, key.name);
  // Slices of a Service that is gone go with it: it owns them.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const selector = selectorOf(service);
  const existing = view
    .ownedBy(service.metadata.uid ?? '')
    .filter(
      (object): object is EndpointSlice => object.kind === 'EndpointSlice' && isControlledBy(object, service),
    );
  const current = existing.filter((slice) => slice.metadata.deletionTimestamp === undefined);
  if (selector === undefined) return { changes: current.map(deletion), events: [] };
  const pods = view
    .list<Pod>('v1', 'Pod', key.namespace)
    .filter((pod) => hasLabels(selector, pod.metadata.labels));
  const wanted = slicesOf(service, endpointsOf(service, pods, view), current);
  return { changes: differences(wanted, current), events: [] };
}

function differences(wanted: readonly EndpointSlice[], current: readonly EndpointSlice[]): readonly Change[] {
  const byName = new Map(current.map((slice) => [slice.metadata.name, slice]));
  const changes: Change[] = [];
  for (const slice of wanted) {
    const known = byName.get(slice.metadata.name);
    byName.delete(slice.metadata.name);
    if (known === undefined) changes.push({ type: 'create', object: slice });
    else if (!sameJson(known, slice)) changes.push({ type: 'update', scope: 'spec', object: slice });
  }
  return [...changes, ...[...byName.values()].map(deletion)];
}

function deletion(slice: EndpointSlice): Change {
  return { type: 'delete', ref: refOf(slice), uid: slice.metadata.uid ?? '' };
}
