/**
 * Keeps the Endpoints of every Service with a selector equal to the pods that it selects: what EndpointSlices are
 * to clients of today, for those that read the older kind.
 */
import type {
  Endpoints,
  EndpointSubset,
  Pod,
  Service,
} from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Plan, emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import {
  earliestTurn,
  headlessLabel,
  isHeadless,
  selectorOf,
  servicesOfPod,
  triggerTimeAnnotation,
} from '../service-pods.ts';
import { subsetsOf, truncated } from './subsets.ts';

const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpoint-controller';

export const endpointsController: Controller = { name: 'endpoint-controller', keysFor, plan };

/**
 * A Service's key is its own; one that is an Endpoints object comes from that object. They differ where there is no
 * Service: one that was deleted takes its Endpoints along, whoever made them, while Endpoints of a name that never
 * had a Service are nobody's business but their maker's.
 */
function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { kind, apiVersion } = change.ref;
  if (apiVersion !== 'v1') return [];
  if (kind === 'Pod') return servicesOfPod(change, view);
  return kind === 'Service' || kind === 'Endpoints' ? [change.ref] : [];
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const service = view.get<Service>('v1', 'Service', key.namespace, key.name);
  const current = view.get<Endpoints>('v1', 'Endpoints', key.namespace, key.name);
  if (service === undefined) return withoutService(key, current);
  const selector = selectorOf(service);
  if (selector === undefined || service.metadata.deletionTimestamp !== undefined) return emptyPlan;
  if (current?.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const pods = view.podsLabelled(key.namespace, selector);
  const { subsets, overCapacity } = truncated(subsetsOf(service, pods));
  const labels = labelsOf(service);
  const annotations: Record<string, string> = { ...current?.metadata.annotations };
  const before = current?.metadata.annotations?.[overCapacityAnnotation];
  if (
    current !== undefined &&
    sameJson(current.subsets ?? [], subsets) &&
    sameJson(current.metadata.labels, labels) &&
    (before === 'truncated') === overCapacity
  )
    return emptyPlan;
  delete annotations[overCapacityAnnotation];
  delete annotations[triggerTimeAnnotation];
  if (overCapacity) annotations[overCapacityAnnotation] = 'truncated';
  const time = triggerTime(service, pods, subsets, current);
  if (time !== undefined) annotations[triggerTimeAnnotation] = time;
  const { annotations: _, ...kept } = current?.metadata ?? {};
  const object: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...kept,
      name: key.name,
      namespace: key.namespace,
      labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  };
  const change = current === undefined ? 'create' : 'update';
  return {
    changes: [change === 'create' ? { type: change, object } : { type: change, scope: 'spec', object }],
    events: [],
  };
}

function withoutService(key: ObjectRef, current: Endpoints | undefined): Plan {
  if (current === undefined || current.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const isLeftover = current.metadata.labels?.[managedByLabel] === managedBy;
  if (key.kind !== 'Service' && !isLeftover) return emptyPlan;
  return {
    changes: [{ type: 'delete', ref: refOf(current), uid: current.metadata.uid ?? '' }],
    events: [],
  };
}

function labelsOf(service: Service): Readonly<Record<string, string>> {
  const { [headlessLabel]: _, ...own } = service.metadata.labels ?? {};
  return { ...own, [managedByLabel]: managedBy, ...(isHeadless(service) ? { [headlessLabel]: '' } : {}) };
}

/** Of the pods that moved between ready, not ready and not there; of the Service too where it had no Endpoints. */
function triggerTime(
  service: Service,
  pods: readonly Pod[],
  subsets: readonly EndpointSubset[],
  current: Endpoints | undefined,
): string | undefined {
  const before = readyByUid(current?.subsets ?? []);
  const turned = new Set<string>();
  for (const [uid, ready] of readyByUid(subsets)) if (before.get(uid) !== ready) turned.add(uid);
  return earliestTurn(
    pods.filter(({ metadata }) => turned.has(metadata.uid ?? '')),
    current === undefined ? service.metadata.creationTimestamp : undefined,
  );
}

function readyByUid(subsets: readonly EndpointSubset[]): ReadonlyMap<string, boolean> {
  const ready = new Map<string, boolean>();
  for (const { addresses = [], notReadyAddresses = [] } of subsets) {
    for (const { targetRef } of addresses) ready.set(targetRef?.uid ?? '', true);
    for (const { targetRef } of notReadyAddresses) ready.set(targetRef?.uid ?? '', false);
  }
  return ready;
}
