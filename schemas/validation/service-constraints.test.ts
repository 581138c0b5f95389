import { testConstraints } from './constraint-cases.ts';

const onlyBalancer = "Forbidden: may only be used when `type` is 'LoadBalancer'";
const address = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const cidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const port = { port: 80, protocol: 'TCP', targetPort: 80 };

testConstraints(
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [port] },
  },
  [
    ['no ports', { spec: { ports: [] } }, 'spec.ports: Required value'],
    ['no ports are fine for headless ones', { spec: { ports: [], clusterIP: 'None', clusterIPs: ['None'] } }],
    [
      'unknown type',
      { spec: { type: 'Nope' } },
      'spec.type: Unsupported value: "Nope": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [
      'port out of range',
      { spec: { ports: [{ port: 65536 }] } },
      'spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive',
    ],
    [
      'target port out of range',
      { spec: { ports: [{ port: 1, targetPort: 70000 }] } },
      'spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      'target port name',
      { spec: { ports: [{ port: 1, targetPort: '-x' }] } },
      'spec.ports[0].targetPort: Invalid value: "-x": must not begin or end with a hyphen',
    ],
    [
      'protocol',
      { spec: { ports: [{ port: 1, protocol: 'ICMP' }] } },
      'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'names of several ports',
      { spec: { ports: [{ port: 1, name: 'a' }, { port: 2 }] } },
      'spec.ports[1].name: Required value',
    ],
    [
      'a name twice',
      {
        spec: {
          ports: [
            { port: 1, name: 'a' },
            { port: 2, name: 'a' },
          ],
        },
      },
      'spec.ports[1].name: Duplicate value: "a"',
    ],
    [
      'a port twice',
      {
        spec: {
          ports: [
            { port: 1, name: 'a' },
            { port: 1, name: 'b' },
          ],
        },
      },
      'spec.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}',
    ],
    [
      'a port by two protocols',
      {
        spec: {
          ports: [
            { port: 1, name: 'a' },
            { port: 1, name: 'b', protocol: 'UDP' },
          ],
        },
      },
    ],
    [
      'a node port of a ClusterIP',
      { spec: { ports: [{ port: 1, nodePort: 30001 }] } },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    ['a node port', { spec: { type: 'NodePort', ports: [{ port: 1, nodePort: 30001 }] } }],
    [
      'a node port out of range',
      { spec: { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] } },
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      'a node port twice',
      {
        spec: {
          type: 'NodePort',
          ports: [
            { port: 1, nodePort: 30001, name: 'a' },
            { port: 2, nodePort: 30001, name: 'b' },
          ],
        },
      },
      'spec.ports[1].nodePort: Duplicate value: 30001',
    ],
    [
      'the kubelet behind a balancer',
      { spec: { type: 'LoadBalancer', ports: [{ port: 10250 }] } },
      'spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet',
    ],
    [
      'a headless balancer',
      { spec: { type: 'LoadBalancer', clusterIP: 'None' } },
      `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for LoadBalancer services`,
    ],
    [
      'a headless NodePort',
      { spec: { type: 'NodePort', clusterIP: 'None' } },
      `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`,
    ],
    ['an external name', { spec: { type: 'ExternalName', externalName: 'a.example.', ports: undefined } }],
    [
      'an external name that is missing',
      { spec: { type: 'ExternalName' } },
      'spec.externalName: Required value',
    ],
    [
      'an external name with addresses',
      {
        spec: { type: 'ExternalName', externalName: 'a.b', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] },
      },
      'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
    ],
    [
      'an external name with families',
      {
        spec: {
          type: 'ExternalName',
          externalName: 'a.b',
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
        },
      },
      'spec.ipFamilies: Forbidden: may not be set for ExternalName services',
      'spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services',
    ],
    [
      'cluster address',
      { spec: { clusterIP: 'x' } },
      `spec.clusterIP: Invalid value: "x": must be empty, 'None', or a valid IP address`,
    ],
    [
      'plural without singular',
      { spec: { clusterIPs: ['10.0.0.1'] } },
      'spec.clusterIPs: Invalid value: ["10.0.0.1"]: must be empty when `clusterIP` is not specified',
    ],
    [
      'plural unlike singular',
      { spec: { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.1'] } },
      'spec.clusterIPs: Invalid value: ["10.0.0.1"]: first value must match `clusterIP`',
    ],
    [
      'three addresses',
      { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', '::2', '10.0.0.3'] } },
      'spec.clusterIPs: Invalid value: ["10.0.0.1","::2","10.0.0.3"]: may only hold up to 2 values',
      'spec.clusterIPs: Invalid value: ["10.0.0.1","::2","10.0.0.3"]: may specify no more than one IP for each IP family',
    ],
    [
      'None and more',
      { spec: { clusterIP: 'None', clusterIPs: ['None', '10.0.0.3'] } },
      `spec.clusterIPs: Invalid value: ["None","10.0.0.3"]: 'None' must be the first and only value`,
    ],
    [
      'an address of another family',
      { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv6'] } },
      'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ],
    [
      'a family twice',
      { spec: { ipFamilies: ['IPv4', 'IPv4'] } },
      'spec.ipFamilies[1]: Duplicate value: "IPv4"',
    ],
    [
      'unknown family',
      { spec: { ipFamilies: ['IPv5'] } },
      'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
    ],
    [
      'family policy',
      { spec: { ipFamilyPolicy: 'Any' } },
      'spec.ipFamilyPolicy: Unsupported value: "Any": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
    ],
    [
      'external address',
      { spec: { externalIPs: ['a'] } },
      `spec.externalIPs[0]: Invalid value: "a": ${address}`,
    ],
    [
      'unspecified external address',
      { spec: { externalIPs: ['0.0.0.0'] } },
      'spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
    ],
    [
      'loopback',
      { spec: { externalIPs: ['127.0.0.9'] } },
      'spec.externalIPs[0]: Invalid value: "127.0.0.9": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
    [
      'loopback of IPv6',
      { spec: { externalIPs: ['::1'] } },
      'spec.externalIPs[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
    [
      'link-local',
      { spec: { externalIPs: ['169.254.1.1'] } },
      'spec.externalIPs[0]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ],
    [
      'link-local multicast',
      { spec: { externalIPs: ['224.0.0.1'] } },
      'spec.externalIPs[0]: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    ],
    [
      'session affinity',
      { spec: { sessionAffinity: 'Cookie' } },
      'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
    ],
    [
      'affinity that has nothing to set',
      { spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } } } },
      'spec.sessionAffinityConfig: Forbidden: must not be set when session affinity is None',
    ],
    [
      'affinity too long',
      {
        spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } },
      },
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
    ],
    [
      'source ranges without a balancer',
      { spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } },
      `spec.LoadBalancerSourceRanges: ${onlyBalancer}`,
    ],
    [
      'a bad source range',
      { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/33'] } },
      `spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/33": ${cidr}`,
    ],
    ['a padded source range', { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: [' 10.0.0.0/8 '] } }],
    [
      'source ranges in the annotation',
      {
        metadata: { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': 'x' } },
        spec: { type: 'LoadBalancer' },
      },
      'metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Invalid value: "x": must be a list of IP networks. For example, 10.240.0.0/24,10.250.0.0/24 ',
    ],
    [
      'no node ports of a balancer',
      { spec: { allocateLoadBalancerNodePorts: false } },
      `spec.allocateLoadBalancerNodePorts: ${onlyBalancer}`,
    ],
    [
      'class of a balancer',
      { spec: { loadBalancerClass: 'a.b/c' } },
      `spec.loadBalancerClass: ${onlyBalancer}`,
    ],
    [
      'external policy inside',
      { spec: { externalTrafficPolicy: 'Local' } },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [
      'external policy with external addresses',
      { spec: { externalTrafficPolicy: 'Local', externalIPs: ['1.2.3.4'] } },
    ],
    [
      'unknown external policy',
      { spec: { type: 'NodePort', externalTrafficPolicy: 'X' } },
      'spec.externalTrafficPolicy: Unsupported value: "X": supported values: "Cluster", "Local"',
    ],
    [
      'health check port',
      { spec: { type: 'NodePort', healthCheckNodePort: 30000 } },
      "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    ],
    [
      'traffic distribution',
      { spec: { trafficDistribution: 'X' } },
      'spec.trafficDistribution: Unsupported value: "X": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
    ],
  ],
);
