/** Gives every Node without a pod range the first free one of the cluster's range. */
import type { Node } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Controller } from '../../model/controller.ts';
import type { ObjectRef } from '../../model/object.ts';
import type { Change, EventRecord, Plan } from '../../model/plan.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { type Ipv4Range, formatIpv4, parseCidr } from '../../registry/cidr.ts';
import { eventsOf } from '../events.ts';

const events = eventsOf('cidrAllocator');

/** Addresses of a node's range, /24: room for the 110 pods that Kubernetes allows on a node, and their successors. */
const nodePrefix = 24;
const nodeRangeSize = 2 ** (32 - nodePrefix);

/** Nodes given a range by one plan: the more a commit names, the likelier another writer was faster with one of them. */
const rangesPerPlan = 50;

/** One key for all nodes: two plans at a time could give one range to two of them. */
const everyNode: ObjectRef = { apiVersion: 'v1', kind: 'Node', namespace: '', name: '' };

export function nodeIpamController(settings: { readonly clusterCidr: string }): Controller {
  const range = parseCidr(settings.clusterCidr);
  if (range.size < nodeRangeSize)
    throw new Error(`the cluster's range ${settings.clusterCidr} is smaller than one node's, /${nodePrefix}`);
  return { name: 'node-ipam-controller', keysFor, plan: (_key, view) => plan(view, range) };
}

/** A new Node wants a range, a vanished one leaves one to those that got none. */
function keysFor(change: ViewChange): readonly ObjectRef[] {
  const { apiVersion, kind } = change.ref;
  if (apiVersion !== 'v1' || kind !== 'Node') return [];
  const after = change.after as Node | undefined;
  return after === undefined || needsRange(after) ? [everyNode] : [];
}

function needsRange(node: Node): boolean {
  return (node.spec?.podCIDR ?? '') === '' && node.metadata.deletionTimestamp === undefined;
}

function plan(view: ClusterView, range: Ipv4Range): Plan {
  const nodes = view.list<Node>('v1', 'Node');
  const waiting = nodes.filter(needsRange);
  if (waiting.length === 0) return { changes: [], events: [] };
  const taken = new Set(nodes.flatMap((node) => slotsOf(node.spec?.podCIDR ?? '', range)));
  const changes: Change[] = [];
  const told: EventRecord[] = [];
  let slot = 0;
  for (const node of waiting) {
    if (changes.length === rangesPerPlan) return { changes, events: told, requeueAfterMs: 0 };
    while (taken.has(slot)) slot++;
    if ((slot + 1) * nodeRangeSize > range.size) {
      told.push(
        events.normal(
          node,
          'CIDRNotAvailable',
          `Node ${node.metadata.name ?? ''} status is now: CIDRNotAvailable`,
        ),
      );
      continue;
    }
    const podCIDR = `${formatIpv4(range.base + slot * nodeRangeSize)}/${nodePrefix}`;
    const object: Node = { ...node, spec: { ...node.spec, podCIDR, podCIDRs: [podCIDR] } };
    changes.push({ type: 'update', scope: 'spec', object });
    slot++;
  }
  return { changes, events: told };
}

/** The /24 slots of the cluster's range that a node's range covers; none where it lies outside. */
function slotsOf(podCidr: string, range: Ipv4Range): readonly number[] {
  if (podCidr === '') return [];
  const own = parseCidr(podCidr);
  const first = Math.floor((own.base - range.base) / nodeRangeSize);
  return Array.from({ length: Math.max(1, own.size / nodeRangeSize) }, (_, index) => first + index);
}
