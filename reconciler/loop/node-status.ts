/**
 * What a host's report of itself changes: its Node's status, or only the Lease that says that it lives. A Node is some
 * kilobytes, which everyone who watches Nodes is told; a sign of life every ten seconds is not worth that.
 */
import type { Host } from '../../schemas/berth/types.ts';
import type { Lease } from '../../schemas/kubernetes/types/coordination-v1.ts';
import type { Namespace, Node, NodeCondition, NodeStatus } from '../../schemas/kubernetes/types/core-v1.ts';
import type { NodeReport } from '../../schemas/wire/messages.ts';
import { sameJson } from '../core/model/json.ts';
import type { Change } from '../core/model/plan.ts';
import { formatTime, parseTime } from '../core/model/time.ts';
import type { ClusterView } from '../core/model/view.ts';
import { parseIpv4 } from '../core/registry/cidr.ts';

/** A kubelet's bound on the age of a status that says nothing new. */
const statusAgeMaxMs = 300_000;
/** A kubelet's lease. */
const leaseNamespace = 'kube-node-lease';
const leaseSeconds = 40;

/** Nothing for a host without a Node. */
export function nodeChanges(view: ClusterView, host: string, report: NodeReport, nowMs: number): Change[] {
  const node = view.get<Node>('v1', 'Node', '', host);
  if (node === undefined) return [];
  const status = statusOf(view, node, report, formatTime(nowMs));
  const lease = renewal(view, node, nowMs);
  const renewed = lease === undefined ? [] : [lease];
  const isOld = lease === undefined || ageMs(node, nowMs) >= statusAgeMaxMs;
  if (
    sameJson(isOld ? status : withoutHeartbeats(status), isOld ? node.status : withoutHeartbeats(node.status))
  )
    return renewed;
  return [{ type: 'update', scope: 'status', object: { ...node, status } as Node }, ...renewed];
}

function statusOf(view: ClusterView, node: Node, report: NodeReport, now: string): NodeStatus {
  const devices = extendedResources(node.status?.capacity);
  return {
    ...node.status,
    capacity: { ...devices, ...report.capacity },
    allocatable: { ...devices, ...report.allocatable },
    nodeInfo: report.nodeInfo,
    addresses: addressesOf(view, node.metadata.name ?? '', report),
    conditions: report.conditions.map((condition) =>
      heartbeat(condition, node.status?.conditions ?? [], now),
    ),
    images: report.images.map((image) => ({ names: image.names, sizeBytes: image.sizeBytes })),
  };
}

/** What somebody advertised by hand, as Kubernetes documents it: no host reports it, and every host has all of it to give. */
function extendedResources(capacity: NodeStatus['capacity']): NonNullable<NodeStatus['capacity']> {
  return Object.fromEntries(
    Object.entries(capacity ?? {}).filter(
      ([name]) => name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name),
    ),
  );
}

/** The address that the Host object names comes before what the host finds on its interfaces. */
function addressesOf(view: ClusterView, name: string, report: NodeReport): NodeReport['addresses'] {
  const host = view.get<Host>('berth.dev/v1alpha1', 'Host', '', name);
  const named = host?.spec.internalAddress ?? host?.spec.address ?? '';
  if (parseIpv4(named) === undefined) return report.addresses;
  const others = report.addresses.filter((address) => address.type !== 'InternalIP');
  return [{ type: 'InternalIP', address: named }, ...others];
}

function heartbeat(condition: NodeCondition, stored: readonly NodeCondition[], now: string): NodeCondition {
  const before = stored.find((other) => other.type === condition.type);
  const unchanged = before?.status === condition.status && before.lastTransitionTime !== undefined;
  return {
    ...condition,
    lastHeartbeatTime: now,
    lastTransitionTime: unchanged ? (before.lastTransitionTime ?? now) : now,
  };
}

function withoutHeartbeats(status: NodeStatus | undefined): NodeStatus {
  const conditions = (status?.conditions ?? []).map(({ lastHeartbeatTime: _, ...rest }) => rest);
  return { ...status, conditions };
}

/** Of the stored status; a clock that was set since makes it old. */
function ageMs({ status }: Node, nowMs: number): number {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const heardMs = parseTime(ready?.lastHeartbeatTime ?? '');
  return heardMs === undefined ? Infinity : Math.abs(nowMs - heardMs);
}

/** Undefined where there is no place for leases. */
function renewal(view: ClusterView, node: Node, nowMs: number): Change | undefined {
  const { name = '', uid = '' } = node.metadata;
  const namespace = view.get<Namespace>('v1', 'Namespace', '', leaseNamespace);
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return undefined;
  const live = view.get<Lease>('coordination.k8s.io/v1', 'Lease', leaseNamespace, name);
  const spec = {
    ...live?.spec,
    holderIdentity: name,
    leaseDurationSeconds: leaseSeconds,
    renewTime: formatTime(nowMs).replace('Z', `.${String(nowMs % 1000).padStart(3, '0')}000Z`),
  };
  if (live !== undefined) {
    if (live.metadata.deletionTimestamp !== undefined || sameJson(live.spec, spec)) return undefined;
    return { type: 'update', scope: 'spec', object: { ...live, spec } as Lease };
  }
  const object: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: leaseNamespace,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec,
  };
  return { type: 'create', object };
}
