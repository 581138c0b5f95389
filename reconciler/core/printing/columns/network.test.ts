import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printed } from '../printing-scenario.ts';

type Case = readonly [what: string, object: Parameters<typeof printed>[0], expected: string];

const service = (spec: object, status: object = {}): Parameters<typeof printed>[0] => ({
  apiVersion: 'v1',
  kind: 'Service',
  spec: { clusterIPs: ['10.96.0.9'], ports: [{ port: 80, protocol: 'TCP' }], ...spec },
  status,
});

const cases: readonly Case[] = [
  [
    'Service',
    service({ type: 'ClusterIP', selector: { app: 'web' } }),
    'TYPE=ClusterIP | CLUSTER-IP=10.96.0.9 | EXTERNAL-IP=<none> | PORT(S)=80/TCP | [SELECTOR=app=web]',
  ],
  [
    'headless Service',
    service({ type: 'ClusterIP', clusterIPs: ['None'], ports: [] }),
    'TYPE=ClusterIP | CLUSTER-IP=None | EXTERNAL-IP=<none> | PORT(S)=<none> | [SELECTOR=<none>]',
  ],
  [
    'Service with node ports',
    service({
      type: 'NodePort',
      externalIPs: ['192.0.2.1', '192.0.2.2'],
      ports: [
        { port: 80, nodePort: 30000, protocol: 'TCP' },
        { port: 53, protocol: 'UDP' },
      ],
    }),
    'TYPE=NodePort | CLUSTER-IP=10.96.0.9 | EXTERNAL-IP=192.0.2.1,192.0.2.2 | PORT(S)=80:30000/TCP,53/UDP | [SELECTOR=<none>]',
  ],
  [
    'Service that waits for its load balancer',
    service({ type: 'LoadBalancer' }),
    'TYPE=LoadBalancer | CLUSTER-IP=10.96.0.9 | EXTERNAL-IP=<pending> | PORT(S)=80/TCP | [SELECTOR=<none>]',
  ],
  [
    'Service with a load balancer',
    service(
      { type: 'LoadBalancer', externalIPs: ['192.0.2.9'] },
      {
        loadBalancer: { ingress: [{ ip: '192.0.2.2' }, { hostname: 'a.example.com' }, { ip: '192.0.2.2' }] },
      },
    ),
    'TYPE=LoadBalancer | CLUSTER-IP=10.96.0.9 | EXTERNAL-IP=192.0.2.2,a.example.com,192.0.2.9 | PORT(S)=80/TCP | [SELECTOR=<none>]',
  ],
  [
    'Service that is another name',
    { apiVersion: 'v1', kind: 'Service', spec: { type: 'ExternalName', externalName: 'db.example.com' } },
    'TYPE=ExternalName | CLUSTER-IP=<none> | EXTERNAL-IP=db.example.com | PORT(S)=<none> | [SELECTOR=<none>]',
  ],
  [
    'Endpoints',
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      subsets: [{ addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], ports: [{ port: 80 }, { port: 81 }] }],
    },
    'ENDPOINTS=10.0.0.1:80,[fd00::1]:80,10.0.0.1:81 + 1 more...',
  ],
  ['Endpoints with nothing', { apiVersion: 'v1', kind: 'Endpoints' }, 'ENDPOINTS=<none>'],
  [
    'EndpointSlice',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      ports: [{ port: 80 }, { name: 'dns' }, {}],
      endpoints: [
        { addresses: ['10.0.0.1', '10.0.0.2'] },
        { addresses: ['10.0.0.3'] },
        { addresses: ['10.0.0.4'] },
      ],
    },
    'ADDRESSTYPE=IPv4 | PORTS=80,dns,* | ENDPOINTS=10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
  ],
  [
    'EndpointSlice with nothing',
    { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv6', endpoints: [] },
    'ADDRESSTYPE=IPv6 | PORTS=<unset> | ENDPOINTS=<unset>',
  ],
  [
    'Ingress',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      spec: {
        ingressClassName: 'nginx',
        tls: [{}],
        rules: [{ host: 'a' }, { host: 'b' }, { host: 'c' }, { host: 'd' }, { host: 'e' }],
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.2' }] } },
    },
    'CLASS=nginx | HOSTS=a,b,c + 2 more... | ADDRESS=192.0.2.2 | PORTS=80, 443',
  ],
  [
    'Ingress for every host',
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec: { rules: [{}] } },
    'CLASS=<none> | HOSTS=* | ADDRESS= | PORTS=80',
  ],
  [
    'IngressClass',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      spec: {
        controller: 'example.com/nginx',
        parameters: { kind: 'Conf', apiGroup: 'example.com', name: 'c' },
      },
    },
    'CONTROLLER=example.com/nginx | PARAMETERS=Conf.example.com/c',
  ],
  [
    'NetworkPolicy',
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { podSelector: {} } },
    'POD-SELECTOR=<none>',
  ],
  [
    'ServiceCIDR',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      spec: { cidrs: ['10.96.0.0/16', 'fd00::/112'] },
    },
    'CIDRS=10.96.0.0/16,fd00::/112',
  ],
  [
    'IPAddress',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name: 'web' } },
    },
    'PARENTREF=services/default/web',
  ],
];

for (const [what, object, expected] of cases)
  test(`columns of a ${what}`, () => assert.equal(printed(object), expected));
