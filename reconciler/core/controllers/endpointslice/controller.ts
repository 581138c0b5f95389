/** Keeps the EndpointSlices of every Service with a selector equal to the pods that it selects. */
import type { Pod, Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import type { Controller } from '../../model/controller.ts';
import type { ObjectRef } from '../../model/object.ts';
import { type Plan, emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { isControlledBy } from '../owner.ts';
import { earliestTurn, selectorOf, servicesOfPod } from '../service-pods.ts';
import { differences } from './differences.ts';
import { type EndpointGroup, endpointsOf } from './endpoints.ts';
import { identityOf } from './packing.ts';
import { managedBy, managedByLabel, serviceNameLabel, slicesOf } from './slices.ts';

export const endpointSliceController: Controller = { name: 'endpointslice-controller', keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { kind, apiVersion } = change.ref;
  if (kind === 'Pod') return apiVersion === 'v1' ? servicesOfPod(change, view) : [];
  if (kind === 'Service') return apiVersion === 'v1' ? [change.ref] : [];
  return kind === 'EndpointSlice' ? serviceOfSlice(change) : [];
}

function serviceOfSlice(change: ViewChange): readonly ObjectRef[] {
  const labels = [change.before, change.after].map((slice) => slice?.metadata.labels ?? {});
  const names = labels
    .filter((one) => one[managedByLabel] === managedBy)
    .map((one) => one[serviceNameLabel] ?? '');
  return [...new Set(names)]
    .filter((name) => name !== '')
    .map((name) => ({ apiVersion: 'v1', kind: 'Service', namespace: change.ref.namespace, name }));
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const service = view.get<Service>('v1', 'Service', key.namespace, key.name);
  // Slices of a Service that is gone go with it: it owns them.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const selector = selectorOf(service);
  // Nobody's pods: what is there stays, and belongs to whoever took the selector away.
  if (selector === undefined) return emptyPlan;
  const current = view
    .ownedBy(service.metadata.uid ?? '')
    .filter(
      (object): object is EndpointSlice =>
        object.kind === 'EndpointSlice' &&
        object.metadata.deletionTimestamp === undefined &&
        isControlledBy(object, service),
    );
  const pods = view.podsLabelled(key.namespace, selector);
  const groups = endpointsOf(service, pods, view);
  const wanted = slicesOf(service, groups, current);
  return {
    changes: differences(wanted, current, () => triggerTime(service, pods, groups, current)),
    events: [],
  };
}

/** Of the pods whose readiness is another than in the slices; of the Service too where it has none yet. */
function triggerTime(
  service: Service,
  pods: readonly Pod[],
  groups: readonly EndpointGroup[],
  current: readonly EndpointSlice[],
): string | undefined {
  const known = new Map<string, Endpoint>();
  for (const slice of current) for (const one of slice.endpoints ?? []) known.set(identityOf(one), one);
  const turned = new Set<string>();
  for (const { endpoints } of groups)
    for (const one of endpoints)
      if (known.get(identityOf(one))?.conditions?.serving !== one.conditions?.serving)
        turned.add(identityOf(one));
  return earliestTurn(
    pods.filter(({ metadata }) => turned.has(metadata.uid ?? '')),
    current.length === 0 ? service.metadata.creationTimestamp : undefined,
  );
}
