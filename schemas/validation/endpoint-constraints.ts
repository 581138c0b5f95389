/** Endpoints and EndpointSlices: where a service's traffic goes. */
import { familyOf, reportEndpointIp } from './address-problems.ts';
import { core, discovery } from './definition-names.ts';
import { fieldsOf, isEmpty, itemsOf, listOf, textOf } from './loose.ts';
import type { Check, Constraints } from './rule.ts';
import { port, protocol } from './service-constraints.ts';

/** Kubernetes' bounds on one slice. */
const endpointsMax = 1000;
const addressesMax = 100;
const portsMax = 20000;
const topologyMax = 16;
const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

const sliceEndpoints: Check = (slice, report) => {
  const endpoints = listOf(slice['endpoints']);
  if (endpoints.length > endpointsMax) {
    report.tooMany(['endpoints'], endpoints.length, endpointsMax);
    return;
  }
  const type = textOf(slice['addressType']) ?? '';
  for (const [index, endpoint] of itemsOf(endpoints)) {
    const path = ['endpoints', index, 'addresses'];
    const all = listOf(endpoint['addresses']);
    if (all.length === 0) report.required(path, 'must contain at least 1 address');
    else if (all.length > addressesMax) report.tooMany(path, all.length, addressesMax);
    for (const [at, address] of all.entries()) {
      if (typeof address !== 'string') continue;
      if (type === 'FQDN') reportDomain([...path, at], address, report);
      else if (familyOf(address) !== type && addressTypes.includes(type))
        report.invalid([...path, at], address, `must be a valid ${type} address`);
      else reportEndpointIp([...path, at], address, report);
    }
    const topology = Object.keys(fieldsOf(endpoint['deprecatedTopology'])).length;
    if (topology > topologyMax)
      report.tooMany(['endpoints', index, 'deprecatedTopology'], topology, topologyMax);
  }
};

function reportDomain(path: readonly (string | number)[], name: string, report: Parameters<Check>[1]): void {
  const domain = name.replace(/\.$/, '');
  if (domain === '') report.required(path);
  else report.format(path, domain, 'dns1123Subdomain');
  if (domain !== '' && !domain.includes('.'))
    report.invalid(path, name, 'should be a domain with at least two segments separated by dots');
}

const slicePorts: Check = (slice, report) => {
  const ports = listOf(slice['ports']);
  if (ports.length > portsMax) report.tooMany(['ports'], ports.length, portsMax);
  const names = new Set<unknown>();
  for (const [index, one] of itemsOf(ports)) {
    const name = one['name'] ?? '';
    if (names.has(name)) report.duplicate(['ports', index, 'name'], name);
    names.add(name);
  }
};

const subset: Check = (value, report) => {
  if (isEmpty(value['addresses']) && isEmpty(value['notReadyAddresses']))
    report.required([], 'must specify `addresses` or `notReadyAddresses`');
  const ports = itemsOf(value['ports']);
  for (const [index, one] of ports)
    if (isEmpty(one['name']) && ports.length > 1) report.required(['ports', index, 'name']);
};

const endpointAddress: Check = (value, report) => {
  const ip = textOf(value['ip']);
  if (ip !== undefined && ip !== '') reportEndpointIp(['ip'], ip, report);
};

export const endpointConstraints: Constraints = {
  [core('EndpointSubset')]: { checks: [subset] },
  [core('EndpointPort')]: {
    fields: { name: { format: 'dns1123Label' }, port, protocol, appProtocol: { format: 'qualifiedName' } },
  },
  [core('EndpointAddress')]: {
    fields: {
      ip: { required: true },
      hostname: { format: 'dns1123Label' },
      nodeName: { format: 'dns1123Subdomain' },
    },
    checks: [endpointAddress],
  },
  [discovery('EndpointSlice')]: {
    fields: { addressType: { required: true, oneOf: addressTypes } },
    checks: [sliceEndpoints, slicePorts],
  },
  [discovery('Endpoint')]: {
    fields: { hostname: { format: 'dns1123Label' }, nodeName: { format: 'dns1123Subdomain' } },
  },
  [discovery('EndpointPort')]: {
    fields: { name: { format: 'dns1123Label' }, port, protocol, appProtocol: { format: 'qualifiedName' } },
  },
  [discovery('ForZone')]: { fields: { name: { required: true, format: 'labelValue' } } },
};
