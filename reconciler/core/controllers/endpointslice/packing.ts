/**
 * Packs endpoints into slices of bounded size under stable names, with few slices changed: an endpoint stays where it
 * is, and newcomers go where something changes anyway, then where all of them fit, then into new slices.
 */
import type { Endpoint, EndpointSlice } from '../../../../schemas/kubernetes/types/discovery-v1.ts';
import { sameJson } from '../../model/json.ts';

/** Kubernetes' default of --max-endpoints-per-slice. */
export const endpointsMax = 100;

interface Slot {
  readonly name: string;
  readonly endpoints: Endpoint[];
  /** Whether the slice has to be written whatever else happens to it. */
  changes: boolean;
}

/** Endpoints by slice name. Slices that end up empty are left out, unless there would be none at all. */
export function packed(
  endpoints: readonly Endpoint[],
  nameAt: (index: number) => string,
  current: ReadonlyMap<string, EndpointSlice>,
): readonly (readonly [string, readonly Endpoint[]])[] {
  const { slots, unused } = slotsOf(nameAt, current, Math.ceil(endpoints.length / endpointsMax));
  const homeless = settle(endpoints, slots, current);
  fill(homeless, slots, unused);
  const used = slots.filter((slot) => slot.endpoints.length > 0);
  const kept = used.length > 0 ? used : [slots[0] ?? newSlot(unused)];
  return kept.map((slot) => [slot.name, slot.endpoints] as const);
}

/** The slices that are there, and names for as many as may be needed beside them. */
function slotsOf(
  nameAt: (index: number) => string,
  current: ReadonlyMap<string, EndpointSlice>,
  needed: number,
): { readonly slots: Slot[]; readonly unused: string[] } {
  const slots: Slot[] = [];
  const unused: string[] = [];
  for (let index = 0; index <= needed + current.size; index++) {
    const name = nameAt(index);
    if (current.has(name)) slots.push({ name, endpoints: [], changes: false });
    else unused.push(name);
  }
  return { slots, unused };
}

function newSlot(unused: string[]): Slot {
  const name = unused.shift();
  if (name === undefined) throw new Error('endpoints outnumber the slices that were named for them');
  return { name, endpoints: [], changes: true };
}

/** Puts endpoints where they are already; gives those that are nowhere. */
function settle(
  endpoints: readonly Endpoint[],
  slots: readonly Slot[],
  current: ReadonlyMap<string, EndpointSlice>,
): readonly Endpoint[] {
  const homes = new Map<string, { readonly slot: Slot; readonly known: Endpoint }>();
  for (const slot of slots)
    for (const known of current.get(slot.name)?.endpoints ?? [])
      homes.set(identityOf(known), { slot, known });
  const homeless: Endpoint[] = [];
  for (const one of endpoints) {
    const home = homes.get(identityOf(one));
    if (home === undefined || home.slot.endpoints.length >= endpointsMax) homeless.push(one);
    else {
      const same = isSame(one, home.known);
      // The stored one where it is the same: whoever compares again is done at once.
      home.slot.endpoints.push(same ? home.known : one);
      if (!same) home.slot.changes = true;
    }
  }
  for (const slot of slots)
    if (slot.endpoints.length !== current.get(slot.name)?.endpoints?.length) slot.changes = true;
  return homeless;
}

/** Stored endpoints and the wanted ones that they were found to be the same as. */
const compared = new WeakMap<Endpoint, Endpoint>();

function isSame(wanted: Endpoint, stored: Endpoint): boolean {
  if (compared.get(stored) === wanted) return true;
  if (!sameJson(wanted, stored)) return false;
  compared.set(stored, wanted);
  return true;
}

function fill(homeless: readonly Endpoint[], slots: Slot[], unused: string[]): void {
  let next = 0;
  const changing = slots
    .filter((slot) => slot.changes && slot.endpoints.length > 0)
    .sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const slot of changing) next = pour(homeless, next, slot);
  while (next < homeless.length) {
    const left = homeless.length - next;
    const slot = roomFor(left, slots) ?? newSlot(unused);
    if (!slots.includes(slot)) slots.push(slot);
    next = pour(homeless, next, slot);
  }
}

/** The fullest slice that takes all of them. */
function roomFor(count: number, slots: readonly Slot[]): Slot | undefined {
  const roomy = slots.filter((slot) => slot.endpoints.length + count <= endpointsMax);
  return roomy.sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
}

function pour(homeless: readonly Endpoint[], from: number, slot: Slot): number {
  const end = Math.min(homeless.length, from + endpointsMax - slot.endpoints.length);
  for (let index = from; index < end; index++) slot.endpoints.push(homeless[index] as Endpoint);
  return Math.max(from, end);
}

/** What an endpoint is recognized by: its pod, or its address. */
export function identityOf(endpoint: Endpoint): string {
  return endpoint.targetRef?.uid ?? endpoint.addresses[0] ?? '';
}
