/** Services, endpoints, ingresses and network policies. */
import { core, discovery, networking } from './definition-names.ts';
import { isEmpty, itemsOf, listOf, numberOf, textOf } from './loose.ts';
import type { Check, Constraints, Rule } from './rule.ts';

const port: Rule = { min: 1, max: 65535 };
const protocol: Rule = { oneOf: ['SCTP', 'TCP', 'UDP'] };
/** Kubernetes' default --service-node-port-range. */
const nodePort = { first: 30000, last: 32767 };
const ipFamilies = ['IPv4', 'IPv6'];

const servicePorts: Check = (spec, report) => {
  const ports = itemsOf(spec['ports']);
  const { type = 'ClusterIP', clusterIP } = spec;
  if (listOf(spec['ports']).length === 0 && type !== 'ExternalName' && clusterIP !== 'None')
    report.required(['ports']);
  const taken = new Set<string>();
  for (const [index, one] of ports) {
    if (isEmpty(one['name']) && ports.length > 1) report.required(['ports', index, 'name']);
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

const externalName: Check = (spec, report) => {
  if (spec['type'] === 'ExternalName' && isEmpty(spec['externalName'])) report.required(['externalName']);
  if (spec['type'] === 'LoadBalancer' && spec['clusterIP'] === 'None') {
    report.invalid(['clusterIP'], 'None', "may not be set to 'None' for LoadBalancer services");
  }
  if (spec['type'] === 'NodePort' && spec['clusterIP'] === 'None') {
    report.invalid(['clusterIP'], 'None', "may not be set to 'None' for NodePort services");
  }
};

const ingressPath: Check = (value, report) => {
  const path = textOf(value['path']);
  if (value['pathType'] === 'ImplementationSpecific') return;
  if (path === undefined || !path.startsWith('/'))
    report.invalid(['path'], path ?? '', 'must be an absolute path');
  else if (path.includes('//')) report.invalid(['path'], path, "must not contain '//'");
};

const ingressHasTarget: Check = (spec, report) => {
  if (isEmpty(spec['rules']) && isEmpty(spec['defaultBackend'])) {
    report.invalid([], spec, 'either `defaultBackend` or `rules` must be specified');
  }
};

const ingressBackend: Check = (backend, report) => {
  const [service, resource] = [backend['service'], backend['resource']];
  if (isEmpty(service) && isEmpty(resource))
    report.required([], 'either `service` or `resource` must be specified');
  if (!isEmpty(service) && !isEmpty(resource))
    report.invalid([], '', 'cannot set both resource and service backends');
};

const backendPort: Check = (service, report) => {
  const chosen = service['port'];
  if (isEmpty(chosen)) report.required([], 'port name or number is required');
};

const policyPortRange: Check = (value, report) => {
  const [first, last] = [value['port'], numberOf(value['endPort'])];
  if (last === undefined) return;
  if (first === undefined || first === null)
    report.invalid(['endPort'], last, 'may not be specified when `port` is not specified');
  else if (typeof first === 'string')
    report.invalid(['endPort'], last, 'may not be specified when `port` is non-numeric');
  else if (typeof first === 'number' && last < first) {
    report.invalid(['endPort'], last, 'must be greater than or equal to `port`');
  }
};

export const serviceConstraints: Constraints = {
  [core('ServiceSpec')]: {
    fields: {
      type: { oneOf: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] },
      clusterIP: { format: 'clusterIp' },
      externalIPs: { items: { format: 'ip' } },
      externalName: { format: 'dns1123Subdomain' },
      externalTrafficPolicy: { oneOf: ['Cluster', 'Local'] },
      internalTrafficPolicy: { oneOf: ['Cluster', 'Local'] },
      ipFamilies: { items: { oneOf: ipFamilies }, unique: [] },
      ipFamilyPolicy: { oneOf: ['PreferDualStack', 'RequireDualStack', 'SingleStack'] },
      loadBalancerSourceRanges: { items: { format: 'cidr' } },
      ports: { unique: ['name'] },
      selector: { keys: 'qualifiedName', values: { format: 'labelValue' } },
      sessionAffinity: { oneOf: ['ClientIP', 'None'] },
    },
    checks: [servicePorts, nodePorts, externalName],
  },
  [core('ServicePort')]: {
    fields: {
      name: { format: 'dns1123Label' },
      port: { required: true, ...port },
      protocol,
      targetPort: { ...port, format: 'portName' },
    },
  },
  [core('ClientIPConfig')]: { fields: { timeoutSeconds: { min: 1, max: 86400 } } },
  [core('EndpointPort')]: { fields: { port, protocol } },
  [core('EndpointAddress')]: { fields: { ip: { required: true, format: 'ip' } } },
  [discovery('EndpointSlice')]: {
    fields: { addressType: { required: true, oneOf: ['FQDN', ...ipFamilies] } },
  },
  [discovery('EndpointPort')]: { fields: { port: { min: 1, max: 65535 }, protocol } },
  [networking('IngressSpec')]: { checks: [ingressHasTarget] },
  [networking('IngressRule')]: { fields: { host: { format: 'wildcardSubdomain' } } },
  [networking('HTTPIngressRuleValue')]: { fields: { paths: { required: true } } },
  [networking('HTTPIngressPath')]: {
    fields: {
      pathType: {
        required: 'pathType must be specified',
        oneOf: ['Exact', 'ImplementationSpecific', 'Prefix'],
      },
    },
    checks: [ingressPath],
  },
  [networking('IngressBackend')]: { checks: [ingressBackend] },
  [networking('IngressServiceBackend')]: { fields: { name: { required: true } }, checks: [backendPort] },
  [networking('ServiceBackendPort')]: { fields: { number: port, name: { format: 'portName' } } },
  [networking('NetworkPolicySpec')]: {
    fields: { policyTypes: { items: { oneOf: ['Egress', 'Ingress'] }, unique: [] } },
  },
  [networking('NetworkPolicyPort')]: {
    fields: { protocol, port: { ...port, format: 'portName' }, endPort: port },
    checks: [policyPortRange],
  },
  [networking('IPBlock')]: {
    fields: { cidr: { required: true, format: 'cidr' }, except: { items: { format: 'cidr' } } },
  },
};
