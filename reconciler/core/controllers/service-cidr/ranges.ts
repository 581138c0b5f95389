/**
 * ServiceCIDRs: the cluster's own one is there, each says that it is ready, and one that is deleted stays until no
 * address depends on it.
 */
import type { Condition } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import type { IPAddress, ServiceCIDR } from '../../../../schemas/kubernetes/types/networking-v1.ts';
import { addressBits } from '../../../../schemas/validation/address-problems.ts';
import { withCondition } from '../../model/conditions.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { type ObjectRef, refOf } from '../../model/object.ts';
import { type Plan, emptyPlan } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { defaultRangeName } from '../../registry/service-ranges.ts';

const apiVersion = 'networking.k8s.io/v1';
const finalizer = 'networking.k8s.io/service-cidr-finalizer';
const own: ObjectRef = { apiVersion, kind: 'ServiceCIDR', namespace: '', name: defaultRangeName };

const ready = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const terminating = {
  status: 'False',
  reason: 'Terminating',
  message:
    'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

/** `serviceCidr`: the cluster's own range. */
export function serviceCidrController({ serviceCidr }: { readonly serviceCidr: string }): Controller {
  return {
    name: 'service-cidr-controller',
    keysFor,
    plan: (key, view, context) => plan(key, view, context, serviceCidr),
  };
}

function keysFor({ ref, before, after }: ViewChange, view: ClusterView): readonly ObjectRef[] {
  // The namespace that the API's own Service is in: with it the cluster begins.
  if (ref.kind === 'Namespace') return ref.name === 'default' && before === undefined ? [own] : [];
  if (ref.kind === 'ServiceCIDR') return [ref, ...ending(view)];
  return ref.kind === 'IPAddress' && after === undefined ? ending(view) : [];
}

/** Those that wait for their addresses. */
function ending(view: ClusterView): readonly ObjectRef[] {
  return view
    .list<ServiceCIDR>(apiVersion, 'ServiceCIDR')
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(refOf);
}

function plan(key: ObjectRef, view: ClusterView, { nowMs }: PlanContext, serviceCidr: string): Plan {
  const range = view.get<ServiceCIDR>(apiVersion, 'ServiceCIDR', '', key.name);
  if (range === undefined) {
    if (key.name !== defaultRangeName) return emptyPlan;
    const object: ServiceCIDR = {
      apiVersion,
      kind: 'ServiceCIDR',
      metadata: { name: defaultRangeName },
      spec: { cidrs: [serviceCidr] },
    };
    return { changes: [{ type: 'create', object }], events: [] };
  }
  const held = range.metadata.finalizers ?? [];
  if (range.metadata.deletionTimestamp === undefined) {
    const finalizers = held.includes(finalizer) ? held : [...held, finalizer];
    return written({ ...range, metadata: { ...range.metadata, finalizers } }, ready, range, nowMs);
  }
  if (!held.includes(finalizer)) return emptyPlan;
  if (isNeeded(range, view)) return written(range, terminating, range, nowMs);
  const { finalizers: _, ...metadata } = range.metadata;
  const rest = held.filter((name) => name !== finalizer);
  const object = { ...range, metadata: rest.length === 0 ? metadata : { ...metadata, finalizers: rest } };
  return { changes: [{ type: 'update', scope: 'spec', object }], events: [] };
}

function written(
  object: ServiceCIDR,
  state: Pick<Condition, 'status' | 'reason' | 'message'>,
  before: ServiceCIDR,
  nowMs: number,
): Plan {
  const now = formatTime(nowMs);
  const condition: Condition = { type: 'Ready', ...state, lastTransitionTime: now };
  const conditions = withCondition<Condition>(object.status?.conditions, condition, now);
  const next: ServiceCIDR = { ...object, status: { ...object.status, conditions } };
  if (sameJson(next, before)) return emptyPlan;
  return { changes: [{ type: 'update', scope: 'all', object: next }], events: [] };
}

/** Whether an address is in use that no other range which stays covers. */
function isNeeded(range: ServiceCIDR, view: ClusterView): boolean {
  const others = view
    .list<ServiceCIDR>(apiVersion, 'ServiceCIDR')
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return view
    .list<IPAddress>(apiVersion, 'IPAddress')
    .map(({ metadata }) => metadata.name ?? '')
    .some((ip) => covers(range, ip) && !others.some((other) => covers(other, ip)));
}

function covers({ spec }: ServiceCIDR, ip: string): boolean {
  const bits = addressBits(ip);
  return (spec?.cidrs ?? []).some((cidr) => {
    const [address = '', prefix = ''] = cidr.split('/');
    const network = addressBits(address);
    return (
      bits !== undefined &&
      bits.length === network?.length &&
      bits.startsWith(network.slice(0, Number(prefix)))
    );
  });
}
