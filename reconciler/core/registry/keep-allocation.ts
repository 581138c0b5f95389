/**
 * A Service changed: what it has been given stays with it although the writer leaves it out, and what no longer
 * belongs to its type goes, unless the writer has changed it by hand.
 */
import type { Service, ServicePort, ServiceSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { sameJson } from '../model/json.ts';
import { refOf } from '../model/object.ts';
import { allocateService, needsHealthCheckPort, needsNodePorts } from './allocate.ts';
import { isExternal } from './defaults/cluster-objects-services.ts';
import { without } from './defaults/unset-fields.ts';
import type { RegistryContext } from './prepared.ts';
import { invalid, type StatusProblem } from './status-error.ts';

/** The new Service with the old one's addresses and node ports, and new ones where its type now wants them. */
export function keepAllocation(
  before: Service,
  next: Service,
  context: RegistryContext,
): Service | StatusProblem {
  const old = before.spec ?? {};
  const kept = withoutForeign(withAddresses(withPorts(next.spec ?? {}, old), old), old);
  const changed = addressProblem(kept, old, next);
  if (changed !== undefined) return changed;
  return allocateService({ ...next, spec: kept }, context.view, context.settings, context.random);
}

function hasAddress(spec: ServiceSpec): boolean {
  return spec.type !== 'ExternalName';
}

/** `clusterIP` and `clusterIPs` name the same: whichever of the two an old or a new client has set counts. */
function withAddresses(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  if (!hasAddress(spec) || !hasAddress(old)) return spec;
  const given = spec.clusterIP ?? '';
  const before = old.clusterIP ?? '';
  if (given === '' || given === before) {
    const all = (spec.clusterIPs ?? []).length > 0 ? spec.clusterIPs : old.clusterIPs;
    const clusterIPs = given === '' ? old.clusterIPs : all;
    return before === '' ? spec : { ...spec, clusterIP: before, ...(clusterIPs ? { clusterIPs } : {}) };
  }
  const unchanged = sameJson(spec.clusterIPs, old.clusterIPs) || (spec.clusterIPs ?? []).length === 0;
  return unchanged ? { ...spec, clusterIPs: [given] } : spec;
}

/** Node ports by the names of their ports, where none of them is used for another. */
function withPorts(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const checked =
    needsHealthCheckPort(spec) && needsHealthCheckPort(old) && (spec.healthCheckNodePort ?? 0) === 0
      ? { ...spec, ...(old.healthCheckNodePort ? { healthCheckNodePort: old.healthCheckNodePort } : {}) }
      : spec;
  if (spec.ports === undefined || !needsNodePorts(spec) || !needsNodePorts(old)) return checked;
  const known = new Map((old.ports ?? []).map((port) => [port.name ?? '', port.nodePort ?? 0]));
  const used = new Set(spec.ports.map((port) => port.nodePort ?? 0));
  const ports = spec.ports.map((port): ServicePort => {
    const former = known.get(port.name ?? '') ?? 0;
    if ((port.nodePort ?? 0) !== 0 || former === 0 || used.has(former)) return port;
    used.add(former);
    return { ...port, nodePort: former };
  });
  return { ...checked, ports };
}

/** Fields that a former type had and the new one has not, where they are as they were. */
function withoutForeign(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let next = spec;
  const same = (field: keyof ServiceSpec): boolean => sameJson(next[field], old[field]);
  if (hasAddress(old) && !hasAddress(next) && same('clusterIP') && same('clusterIPs'))
    next = without(next, 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy');
  if (needsNodePorts(old) && !needsNodePorts(next) && sameNodePorts(next, old))
    next = { ...next, ports: (next.ports ?? []).map((port) => without(port, 'nodePort')) };
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(next) && same('healthCheckNodePort'))
    next = without(next, 'healthCheckNodePort');
  if (old.type === 'LoadBalancer' && next.type !== 'LoadBalancer') {
    if (same('allocateLoadBalancerNodePorts')) next = without(next, 'allocateLoadBalancerNodePorts');
    if (same('loadBalancerClass')) next = without(next, 'loadBalancerClass');
  }
  if (isExternal(old) && !isExternal(next) && same('externalTrafficPolicy'))
    next = without(next, 'externalTrafficPolicy');
  return next;
}

function sameNodePorts(spec: ServiceSpec, old: ServiceSpec): boolean {
  const portsOf = ({ ports }: ServiceSpec): number[] =>
    (ports ?? []).map((port) => port.nodePort ?? 0).filter((port) => port !== 0);
  const known = new Set(portsOf(old));
  return portsOf(spec).every((port) => known.has(port));
}

/** An address once given stays, as long as the type has one. */
function addressProblem(spec: ServiceSpec, old: ServiceSpec, service: Service): StatusProblem | undefined {
  const former = old.clusterIP ?? '';
  if (!hasAddress(spec) || !hasAddress(old) || former === '' || spec.clusterIP === former) return undefined;
  const message = `Invalid value: ${JSON.stringify(spec.clusterIPs ?? [spec.clusterIP])}: may not change once set`;
  return invalid(refOf(service), [{ reason: 'FieldValueInvalid', field: 'spec.clusterIPs[0]', message }]);
}
