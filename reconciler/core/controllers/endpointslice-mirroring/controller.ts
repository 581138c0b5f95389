/** Mirrors Endpoints of Services without a selector, which people and programs write, into EndpointSlices. */
import type { Endpoints, Service } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import type { Controller } from '../../model/controller.ts';
import type { ObjectRef } from '../../model/object.ts';
import { type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { differences } from '../endpointslice/differences.ts';
import { managedByLabel, serviceNameLabel } from '../endpointslice/slices.ts';
import { eventsOf } from '../events.ts';
import { addressesPerSubsetMax, mirroredBy, mirroredSlices } from './mirrored.ts';

const controllerName = 'endpointslicemirroring-controller';
const events = eventsOf('endpoint-slice-mirroring-controller');

const skipMirrorLabel = 'endpointslice.kubernetes.io/skip-mirror';
/** Endpoints that were a lock of leader election in former days. */
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

export const endpointSliceMirroringController: Controller = { name: controllerName, keysFor, plan };

function keysFor(change: ViewChange): readonly ObjectRef[] {
  const { kind, apiVersion, namespace, name } = change.ref;
  const key = (of: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Endpoints', namespace, name: of });
  if (kind === 'Endpoints' || kind === 'Service') return apiVersion === 'v1' ? [key(name)] : [];
  if (kind !== 'EndpointSlice') return [];
  const names = [change.before, change.after]
    .map((slice) => slice?.metadata.labels ?? {})
    .filter((labels) => labels[managedByLabel] === mirroredBy)
    .map((labels) => labels[serviceNameLabel] ?? '');
  return [...new Set(names)].filter((of) => of !== '').map(key);
}

function plan(key: ObjectRef, view: ClusterView): Plan {
  const service = view.get<Service>('v1', 'Service', key.namespace, key.name);
  const endpoints = view.get<Endpoints>('v1', 'Endpoints', key.namespace, key.name);
  // Slices of Endpoints that are gone go with them: they own them.
  if (endpoints === undefined || endpoints.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const current = view
    .ownedBy(endpoints.metadata.uid ?? '')
    .filter(
      (object): object is EndpointSlice =>
        object.kind === 'EndpointSlice' &&
        object.metadata.deletionTimestamp === undefined &&
        object.metadata.labels?.[managedByLabel] === mirroredBy,
    );
  if (service === undefined || service.spec?.selector !== undefined || !isMirrored(endpoints))
    return { changes: differences([], current, noTime), events: [] };
  const { slices, invalid, skipped } = mirroredSlices(endpoints, current);
  const changes = differences(slices, current, noTime);
  return { changes, events: changes.length === 0 ? [] : warnings(endpoints, invalid, skipped) };
}

/** What people write says nothing of when it was caused. */
const noTime = (): undefined => undefined;

function isMirrored({ metadata }: Endpoints): boolean {
  return (
    metadata.labels?.[skipMirrorLabel] !== 'true' && metadata.annotations?.[leaderAnnotation] === undefined
  );
}

function warnings(endpoints: Endpoints, invalid: number, skipped: number): readonly EventRecord[] {
  const told: EventRecord[] = [];
  if (invalid > 0) {
    const message = `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`;
    told.push(events.warning(endpoints, 'InvalidIPAddress', message));
  }
  if (skipped > 0) {
    const message = `A max of ${addressesPerSubsetMax} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
    told.push(events.warning(endpoints, 'TooManyAddressesToMirror', message));
  }
  return told;
}
