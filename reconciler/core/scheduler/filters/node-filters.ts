/** The filters over one node, in Kubernetes' order: the first that refuses decides. They read arrays alone. */
import type { Inquiry } from '../inquiry.ts';
import type { FilterName } from '../profile.ts';
import type { ClassRecord } from '../state/class-record.ts';
import type { ResourceColumn } from '../state/node-table.ts';
import type { RefusalCode } from './refusal.ts';

/** Why the pod may not go to the node in the slot as the state is now; 0 where it may. */
export function refusalAt(inquiry: Inquiry, slot: number): RefusalCode {
  const fixed = inquiry.fixed.refusal(slot);
  if (fixed !== 0) return fixed;
  return (
    portRefusal(inquiry, slot) ||
    roomRefusal(inquiry, slot) ||
    volumeRefusal(inquiry, slot) ||
    spreadRefusal(inquiry, slot) ||
    affinityRefusal(inquiry, slot)
  );
}

function portRefusal({ record, state, profile }: Inquiry, slot: number): RefusalCode {
  const { ports } = record.pods;
  if (ports.length === 0 || !profile.filters.has('NodePorts')) return 0;
  const inUse = state.portsOf(slot);
  if (inUse === undefined || !ports.some((port) => inUse.clashes(port))) return 0;
  return state.refusals.fixed.ports;
}

function roomRefusal(inquiry: Inquiry, slot: number): RefusalCode {
  const { demand } = inquiry.record;
  for (let at = 0; at < demand.length; at++) {
    const { column, amount } = demand[at] as (typeof demand)[number];
    if ((column.requested[slot] ?? 0) + amount > (column.allocatable[slot] ?? 0))
      return lackingResources(inquiry, slot);
  }
  return 0;
}

/** Resources of which a combination is told by the bits of a number. */
const bitsMax = 15;

/** Every resource that lacks is a reason of its own; more than the node has at all can never be had there. */
function lackingResources({ record, state }: Inquiry, slot: number): RefusalCode {
  const { demand, lacks } = record;
  let bits = 0;
  for (let at = 0; at < demand.length; at++) {
    const { column, amount } = demand[at] as (typeof demand)[number];
    const all = column.allocatable[slot] ?? 0;
    if ((column.requested[slot] ?? 0) + amount <= all) continue;
    bits |= (amount > all ? 3 : 1) << (2 * Math.min(at, bitsMax));
  }
  const known = demand.length <= bitsMax ? lacks.get(bits) : undefined;
  if (known !== undefined) return known;
  const code = lackCode(record.demand, state, slot);
  lacks.set(bits, code);
  return code;
}

function lackCode(demand: ClassRecord['demand'], state: Inquiry['state'], slot: number): RefusalCode {
  const lacking = demand.filter(
    ({ column, amount }) => (column.requested[slot] ?? 0) + amount > (column.allocatable[slot] ?? 0),
  );
  const never = lacking.some(({ column, amount }) => amount > (column.allocatable[slot] ?? 0));
  return state.refusals.code(
    'NodeResourcesFit',
    lacking.map(({ column }) => lackOf(column)),
    never,
  );
}

function lackOf({ resource }: ResourceColumn): string {
  return resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`;
}

/** Which of the volume filters says it, and whether pods that go could change it. */
const volumeReasons: Readonly<Record<string, readonly [FilterName, boolean]>> = {
  'node(s) had no available disk': ['VolumeRestrictions', false],
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode': [
    'VolumeRestrictions',
    false,
  ],
  'node(s) exceed max volume count': ['NodeVolumeLimits', false],
  'node(s) had no available volume zone': ['VolumeZone', true],
};

function volumeRefusal({ volumes, state }: Inquiry, slot: number): RefusalCode {
  const node = volumes === undefined ? undefined : state.table.nodes[slot];
  if (volumes === undefined || node === undefined) return 0;
  const reason = volumes.nodeRefusal(node);
  if (reason === undefined) return 0;
  const [plugin, unresolvable] = volumeReasons[reason] ?? ['VolumeBinding', true];
  return state.refusals.code(plugin, [reason], unresolvable);
}

function spreadRefusal({ hard, fewest, state }: Inquiry, slot: number): RefusalCode {
  for (let at = 0; at < hard.length; at++) {
    const { tally, maxSkew, self } = hard[at] as (typeof hard)[number];
    const domain = tally.topology.domainOf[slot] ?? -1;
    if (domain < 0) return state.refusals.fixed.keyless;
    const skew = (tally.counts[domain] ?? 0) + (self ? 1 : 0) - (fewest[at] ?? 0);
    if (skew > maxSkew) return state.refusals.fixed.skew;
  }
  return 0;
}

function affinityRefusal(inquiry: Inquiry, slot: number): RefusalCode {
  const { affinity, anti, forbidding, state } = inquiry;
  if (affinity.length > 0 && !nearEnough(inquiry, slot)) return state.refusals.fixed.affinity;
  for (let at = 0; at < anti.length; at++) {
    const { topology, counts } = anti[at] as (typeof anti)[number];
    const domain = topology.domainOf[slot] ?? -1;
    if (domain >= 0 && (counts[domain] ?? 0) > 0) return state.refusals.fixed.antiAffinity;
  }
  for (let at = 0; at < forbidding.length; at++) {
    const { topology, counts } = forbidding[at] as (typeof forbidding)[number];
    const domain = topology.domainOf[slot] ?? -1;
    if (domain >= 0 && counts.has(domain)) return state.refusals.fixed.existingAntiAffinity;
  }
  return 0;
}

/** Pods that all terms mean run in each term's domain; or there are none at all, and the pod is of their kind itself. */
function nearEnough({ affinity, selfAffine }: Inquiry, slot: number): boolean {
  let near = true;
  let any = false;
  for (const { topology, counts, total } of affinity) {
    const domain = topology.domainOf[slot] ?? -1;
    if (domain < 0) return false;
    if ((counts[domain] ?? 0) <= 0) near = false;
    if (total > 0) any = true;
  }
  return near || (!any && selfAffine);
}
