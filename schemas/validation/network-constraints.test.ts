import { testConstraints } from './constraint-cases.ts';

const backend = { service: { name: 'web', port: { number: 80 } } };
const path = { path: '/', pathType: 'Prefix', backend };
const withPath = (fields: object): object => ({
  spec: { rules: [{ http: { paths: [{ ...path, ...fields }] } }] },
});
const where = 'spec.rules[0].http.paths[0]';

testConstraints(
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: { rules: [{ host: 'a.example', http: { paths: [path] } }] },
  },
  [
    [
      'neither rules nor a backend',
      { spec: { rules: undefined } },
      'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
    ],
    ['a default backend alone', { spec: { rules: undefined, defaultBackend: backend } }],
    [
      'an address as host',
      { spec: { rules: [{ host: '10.0.0.1' }] } },
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ],
    ['a wildcard host', { spec: { rules: [{ host: '*.example.com' }] } }],
    ['no paths', { spec: { rules: [{ http: { paths: [] } }] } }, 'spec.rules[0].http.paths: Required value'],
    [
      'no type of path',
      withPath({ pathType: undefined }),
      `${where}.pathType: Required value: pathType must be specified`,
    ],
    [
      'unknown type of path',
      withPath({ pathType: 'Regex' }),
      `${where}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
    ],
    [
      'a relative path',
      withPath({ path: 'a' }),
      `${where}.path: Invalid value: "a": must be an absolute path`,
    ],
    [
      'a path that goes up',
      withPath({ path: '/a/../b' }),
      `${where}.path: Invalid value: "/a/../b": must not contain '/../'`,
    ],
    [
      'a path that ends above',
      withPath({ path: '/a/..' }),
      `${where}.path: Invalid value: "/a/..": cannot end with '/..'`,
    ],
    [
      'an escaped slash',
      withPath({ path: '/a%2fb' }),
      `${where}.path: Invalid value: "/a%2fb": must not contain '%2f'`,
    ],
    ['a path of its own kind', withPath({ path: undefined, pathType: 'ImplementationSpecific' })],
    [
      'no backend',
      withPath({ backend: {} }),
      `${where}.backend: Invalid value: "": resource or service backend is required`,
    ],
    [
      'two backends',
      withPath({ backend: { ...backend, resource: { kind: 'Bucket', name: 'a' } } }),
      `${where}.backend: Invalid value: "": cannot set both resource and service backends`,
    ],
    [
      'no port',
      withPath({ backend: { service: { name: 'web' } } }),
      `${where}.backend: Required value: port name or number is required`,
    ],
    [
      'two ports',
      withPath({ backend: { service: { name: 'web', port: { name: 'http', number: 80 } } } }),
      `${where}.backend: Invalid value: "": cannot set both port name & port number`,
    ],
    [
      'the class in two ways',
      { metadata: { annotations: { 'kubernetes.io/ingress.class': 'a' } }, spec: { ingressClassName: 'b' } },
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'example.com/nginx' },
  },
  [
    ['no controller', { spec: { controller: '' } }, 'spec.controller: Required value'],
    [
      'a controller without a domain',
      { spec: { controller: 'nginx' } },
      'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
    [
      'parameters of no namespace',
      { spec: { parameters: { kind: 'A', name: 'a', scope: 'Namespace' } } },
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
    [
      'parameters of the cluster in a namespace',
      { spec: { parameters: { kind: 'A', name: 'a', scope: 'Cluster', namespace: 'b' } } },
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web' },
    spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] },
  },
  [
    [
      'no peer',
      { spec: { ingress: [{ from: [{}] }] } },
      'spec.ingress[0].from[0]: Required value: must specify a peer',
    ],
    [
      'two kinds of peers',
      { spec: { ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }] } },
      'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
    ],
    [
      'a range outside',
      { spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] } },
      'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
    ],
    [
      'the whole range',
      { spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }] } },
      'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
    ],
    [
      'a range inside',
      { spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] } },
    ],
    [
      'a range of IPv6 inside',
      { spec: { egress: [{ to: [{ ipBlock: { cidr: 'fd00::/16', except: ['fd00:1::/32'] } }] }] } },
    ],
    [
      'an end before the start',
      { spec: { ingress: [{ ports: [{ port: 80, endPort: 79 }] }] } },
      'spec.ingress[0].ports[0].endPort: Invalid value: 79: must be greater than or equal to `port`',
    ],
    [
      'an end of a name',
      { spec: { ingress: [{ ports: [{ port: 'http', endPort: 81 }] }] } },
      'spec.ingress[0].ports[0].endPort: Invalid value: 81: may not be specified when `port` is non-numeric',
    ],
    [
      'an end alone',
      { spec: { ingress: [{ ports: [{ endPort: 81 }] }] } },
      'spec.ingress[0].ports[0].endPort: Invalid value: 81: may not be specified when `port` is not specified',
    ],
    [
      'unknown type',
      { spec: { policyTypes: ['Both'] } },
      'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Egress", "Ingress"',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more' },
    spec: { cidrs: ['10.0.0.0/16'] },
  },
  [
    ['no range', { spec: { cidrs: [] } }, 'spec.cidrs: Required value: at least one CIDR required'],
    [
      'two of a family',
      { spec: { cidrs: ['10.0.0.0/16', '10.1.0.0/16'] } },
      'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
    ],
  ],
);
