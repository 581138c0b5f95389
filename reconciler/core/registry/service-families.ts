/** IP families of services, on a cluster whose services have IPv4 addresses. */
import type { Service, ServiceSpec } from '../../../schemas/kubernetes/types/core-v1.ts';
import { refOf } from '../model/object.ts';
import { invalid, type StatusCause, type StatusProblem } from './status-error.ts';

const clusterFamily = 'IPv4';

/** No address is given out for these: whoever resolves the name finds the endpoints, of whatever family they are. */
function isHeadlessWithoutSelector(spec: ServiceSpec): boolean {
  return spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0;
}

function familyOf(ip: string): string {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}

/** The spec with its families and the policy by which it got them. */
export function withFamilies(spec: ServiceSpec): ServiceSpec {
  const free = isHeadlessWithoutSelector(spec);
  const ipFamilyPolicy = spec.ipFamilyPolicy ?? (free ? 'RequireDualStack' : 'SingleStack');
  const given = spec.ipFamilies ?? [];
  const addresses = (spec.clusterIPs ?? []).filter((ip) => ip !== 'None' && ip !== '');
  const inferred = given.length > 0 ? given : addresses.map(familyOf);
  const [first = clusterFamily, ...more] = inferred;
  const dual = free && ipFamilyPolicy !== 'SingleStack' && more.length === 0;
  const ipFamilies = dual ? [first, first === 'IPv4' ? 'IPv6' : 'IPv4'] : [first, ...more];
  return { ...spec, ipFamilyPolicy, ipFamilies };
}

/** What a service asks for that this cluster does not have. */
export function familyProblem(service: Service): StatusProblem | undefined {
  const spec = service.spec ?? {};
  if (isHeadlessWithoutSelector(spec)) return undefined;
  const causes: StatusCause[] = [];
  const refuse = (field: string, value: unknown, why: string): void => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
    causes.push({ reason: 'FieldValueInvalid', field, message });
  };
  if (spec.ipFamilyPolicy === 'RequireDualStack')
    refuse(
      'spec.ipFamilyPolicy',
      spec.ipFamilyPolicy,
      'this cluster is not configured for dual-stack services',
    );
  for (const [index, family] of (withFamilies(spec).ipFamilies ?? []).entries())
    if (family !== clusterFamily)
      refuse(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster');
  return causes.length === 0 ? undefined : invalid(refOf(service), causes);
}
