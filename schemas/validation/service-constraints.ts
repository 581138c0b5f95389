/** Services: ports, addresses, families, and what belongs to which type of service. */
import { familyOf, repeatsFamily, reportEndpointIp } from './address-problems.ts';
import { core } from './definition-names.ts';
import { formats } from './formats.ts';
import { fieldsOf, isEmpty, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Rule } from './rule.ts';

export const port: Rule = { min: 1, max: 65535 };
export const protocol: Rule = { oneOf: ['SCTP', 'TCP', 'UDP'] };
/** Kubernetes' default --service-node-port-range. */
const nodePort = { first: 30000, last: 32767 };
const ipFamilies = ['IPv4', 'IPv6'];
/** The kubelet's own port, which a load balancer must not open to the world. */
const kubeletPort = 10250;
const affinitySecondsMax = 86400;
const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

const servicePorts: Check = (spec, report) => {
  const ports = itemsOf(spec['ports']);
  const { type = 'ClusterIP', clusterIP } = spec;
  if (listOf(spec['ports']).length === 0 && type !== 'ExternalName' && clusterIP !== 'None')
    report.required(['ports']);
  const taken = new Set<string>();
  for (const [index, one] of ports) {
    if (isEmpty(one['name']) && ports.length > 1) report.required(['ports', index, 'name']);
    if (type === 'LoadBalancer' && one['port'] === kubeletPort) {
      const why = `may not expose port ${kubeletPort} externally since it is used by kubelet`;
      report.invalid(['ports', index], kubeletPort, why);
    }
    const key = JSON.stringify([one['port'], one['protocol'] ?? 'TCP']);
    if (taken.has(key))
      report.duplicate(['ports', index], { port: one['port'], protocol: one['protocol'] ?? 'TCP' });
    taken.add(key);
  }
};

/** Node ports: only on services that are reached through nodes, in range, and each once per protocol. */
const nodePorts: Check = (spec, report) => {
  const { type = 'ClusterIP' } = spec;
  const taken = new Set<string>();
  for (const [index, one] of itemsOf(spec['ports'])) {
    const chosen = numberOf(one['nodePort']);
    const path = ['ports', index, 'nodePort'];
    if (chosen === undefined || chosen === 0) continue;
    if (type === 'ClusterIP' || type === 'ExternalName') {
      report.forbidden(path, `may not be used when \`type\` is '${type}'`);
    } else if (chosen < nodePort.first || chosen > nodePort.last) {
      report.invalid(
        path,
        chosen,
        `provided port is not in the valid range. The range of valid ports is ${nodePort.first}-${nodePort.last}`,
      );
    }
    const key = JSON.stringify([chosen, one['protocol'] ?? 'TCP']);
    if (taken.has(key)) report.duplicate(path, chosen);
    taken.add(key);
  }
};

/** Types with an address of the cluster, and the type that is only a name. */
const addresses: Check = (spec, report) => {
  const { type = 'ClusterIP', clusterIP } = spec;
  if (clusterIP === 'None' && (type === 'LoadBalancer' || type === 'NodePort'))
    report.invalid(['clusterIPs', 0], 'None', `may not be set to 'None' for ${type} services`);
  if (type !== 'ExternalName') return;
  const name = (textOf(spec['externalName']) ?? '').replace(/\.$/, '');
  if (name === '') report.required(['externalName']);
  else report.format(['externalName'], name, 'dns1123Subdomain');
  if (!isEmpty(clusterIP) || !isEmpty(spec['clusterIPs']))
    report.forbidden(['clusterIPs'], 'may not be set for ExternalName services');
  for (const field of ['ipFamilies', 'ipFamilyPolicy'])
    if (!isEmpty(spec[field])) report.forbidden([field], 'may not be set for ExternalName services');
};

const clusterIps: Check = (spec, report) => {
  if (spec['type'] === 'ExternalName') return;
  const first = spec['clusterIP'];
  const all = listOf(spec['clusterIPs']).filter((ip) => typeof ip === 'string');
  if (all.length === 0) {
    report.format(['clusterIP'], first, 'clusterIp');
    return;
  }
  if (isEmpty(first)) report.invalid(['clusterIPs'], all, 'must be empty when `clusterIP` is not specified');
  else if (first !== all[0]) report.invalid(['clusterIPs'], all, 'first value must match `clusterIP`');
  if (all.length > 2) report.invalid(['clusterIPs'], all, 'may only hold up to 2 values');
  if (all[0] === 'None') {
    if (all.length > 1) report.invalid(['clusterIPs'], all, "'None' must be the first and only value");
    return;
  }
  const bad = all.filter((ip) => formats.ip(ip) !== undefined);
  for (const [index, ip] of all.entries()) report.format(['clusterIPs', index], ip, 'ip');
  if (bad.length > 0) return;
  if (repeatsFamily(all))
    report.invalid(['clusterIPs'], all, 'may specify no more than one IP for each IP family');
  for (const [index, family] of listOf(spec['ipFamilies']).entries()) {
    const ip = all[index];
    if (ip === undefined || !ipFamilies.includes(String(family)) || familyOf(ip) === family) continue;
    const why = `expected an ${String(family)} value as indicated by \`ipFamilies[${index}]\``;
    report.invalid(['clusterIPs', index], ip, why);
  }
};

const externalIps: Check = (spec, report) => {
  for (const [index, ip] of listOf(spec['externalIPs']).entries())
    if (typeof ip === 'string') reportEndpointIp(['externalIPs', index], ip, report);
};

const affinity: Check = (spec, report) => {
  const { sessionAffinity = 'None', sessionAffinityConfig: config } = spec;
  if (isEmpty(config)) return;
  if (sessionAffinity === 'None') {
    report.forbidden(['sessionAffinityConfig'], 'must not be set when session affinity is None');
    return;
  }
  const seconds = numberOf(fieldsOf(fieldsOf(config)['clientIP'])['timeoutSeconds']);
  if (seconds === undefined || (seconds > 0 && seconds <= affinitySecondsMax)) return;
  const why = `must be greater than 0 and less than ${affinitySecondsMax}`;
  report.invalid(['sessionAffinityConfig', 'clientIP', 'timeoutSeconds'], seconds, why);
};

/** What only load balancers have. */
const balancer: Check = (spec, report) => {
  const ranges = listOf(spec['loadBalancerSourceRanges']);
  for (const [index, range] of ranges.entries())
    if (typeof range === 'string') {
      const wrong = formats.cidr(range.trim());
      const at = report.showing(['LoadBalancerSourceRanges', index]);
      if (wrong !== undefined) at.invalid(['loadBalancerSourceRanges', index], range.trim(), wrong);
    }
  if (spec['type'] === 'LoadBalancer') {
    report.format(['loadBalancerClass'], spec['loadBalancerClass'], 'qualifiedName');
    return;
  }
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (ranges.length > 0)
    report.showing(['LoadBalancerSourceRanges']).forbidden(['loadBalancerSourceRanges'], only);
  for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'])
    if (spec[field] !== undefined && spec[field] !== null) report.forbidden([field], only);
};

/** How traffic from outside is spread: for services that outside reaches. */
const externalTraffic: Check = (spec, report) => {
  const { type = 'ClusterIP', externalTrafficPolicy: policy } = spec;
  const external =
    type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && !isEmpty(spec['externalIPs']));
  if (!external && !isEmpty(policy)) {
    const why = 'may only be set for externally-accessible services';
    report.invalid(['externalTrafficPolicy'], policy, why);
  }
  const check = numberOf(spec['healthCheckNodePort']) ?? 0;
  if (check === 0) return;
  if (type !== 'LoadBalancer' || policy !== 'Local') {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    report.invalid(['healthCheckNodePort'], check, why);
  } else if (check < 1 || check > 65535) {
    report.invalid(['healthCheckNodePort'], check, 'must be between 1 and 65535, inclusive');
  }
};

const sourceRanges: Check = (service, report) => {
  const value = fieldsOf(fieldsOf(service['metadata'])['annotations'])[sourceRangesAnnotation];
  const spec = fieldsOf(service['spec']);
  if (typeof value !== 'string' || !isEmpty(spec['loadBalancerSourceRanges'])) return;
  const path = ['metadata', 'annotations', { key: sourceRangesAnnotation }];
  if (spec['type'] !== 'LoadBalancer')
    report.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
  const ranges = value.trim() === '' ? [] : value.split(',').map((range) => range.trim());
  if (ranges.some((range) => formats.cidr(range) !== undefined)) {
    const why = 'must be a list of IP networks. For example, 10.240.0.0/24,10.250.0.0/24 ';
    report.invalid(path, value, why);
  }
};

export const serviceConstraints: Constraints = {
  [core('Service')]: { checks: [sourceRanges] },
  [core('ServiceSpec')]: {
    fields: {
      type: { oneOf: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] },
      externalTrafficPolicy: { oneOf: ['Cluster', 'Local'] },
      internalTrafficPolicy: { oneOf: ['Cluster', 'Local'] },
      ipFamilies: { items: { oneOf: ipFamilies }, unique: [] },
      ipFamilyPolicy: { oneOf: ['PreferDualStack', 'RequireDualStack', 'SingleStack'] },
      ports: { unique: ['name'] },
      selector: { keys: 'qualifiedName', values: { format: 'labelValue' } },
      sessionAffinity: { oneOf: ['ClientIP', 'None'] },
      trafficDistribution: { oneOf: ['PreferClose', 'PreferSameNode', 'PreferSameZone'] },
    },
    checks: [
      servicePorts,
      nodePorts,
      addresses,
      clusterIps,
      externalIps,
      affinity,
      balancer,
      externalTraffic,
    ],
  },
  [core('ServicePort')]: {
    fields: {
      name: { format: 'dns1123Label' },
      port,
      protocol,
      targetPort: { ...port, format: 'portName' },
      appProtocol: { format: 'qualifiedName' },
    },
  },
};
