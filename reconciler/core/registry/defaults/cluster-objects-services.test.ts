import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from './defaults.ts';

type Case = readonly [name: string, apiVersion: string, kind: string, given: object, filled: object];

const port = { port: 80, protocol: 'TCP', targetPort: 80 };

const cases: readonly Case[] = [
  [
    'service',
    'v1',
    'Service',
    { spec: { ports: [{ port: 80 }] } },
    { spec: { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ports: [port] } },
  ],
  [
    'external name',
    'v1',
    'Service',
    { spec: { type: 'ExternalName', externalName: 'a.b' } },
    { spec: { type: 'ExternalName', externalName: 'a.b', sessionAffinity: 'None' } },
  ],
  [
    'balancer',
    'v1',
    'Service',
    { spec: { type: 'LoadBalancer', ports: [port] } },
    {
      spec: {
        type: 'LoadBalancer',
        ports: [port],
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        externalTrafficPolicy: 'Cluster',
        allocateLoadBalancerNodePorts: true,
      },
    },
  ],
  [
    'affinity',
    'v1',
    'Service',
    { spec: { sessionAffinity: 'ClientIP' } },
    {
      spec: {
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
      },
    },
  ],
  [
    'headless',
    'v1',
    'Service',
    { spec: { clusterIP: 'None' } },
    {
      spec: {
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
        sessionAffinity: 'None',
        clusterIP: 'None',
        clusterIPs: ['None'],
      },
    },
  ],
  [
    'external addresses',
    'v1',
    'Service',
    { spec: { externalIPs: ['1.2.3.4'] } },
    {
      spec: {
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
        externalTrafficPolicy: 'Cluster',
        sessionAffinity: 'None',
        externalIPs: ['1.2.3.4'],
      },
    },
  ],
];

for (const [name, apiVersion, kind, given, filled] of cases) {
  test(`defaults of a service: ${name}, and none twice`, () => {
    const head = { apiVersion, kind, metadata: { name: 'a' } };
    const once = applyDefaults({ ...head, ...given });
    assert.deepEqual(once, { ...head, ...filled });
    assert.deepEqual(applyDefaults(once), once);
  });
}
