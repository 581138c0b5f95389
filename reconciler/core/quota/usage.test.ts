import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf, type KubeObject } from '../model/object.ts';
import { nowMs, pod } from '../admission/testing/admission-requests.ts';
import { usageOf } from './usage.ts';

function object(apiVersion: string, kind: string, more: object): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'shop' }, ...more };
}

const service = (spec: object): KubeObject => object('v1', 'Service', { spec });
const ports = [{ port: 80 }, { port: 81, nodePort: 30000 }];

interface Case {
  readonly what: string;
  readonly of: KubeObject;
  readonly uses: Readonly<Record<string, string>>;
}

const cases: readonly Case[] = [
  {
    what: 'a pod, with the peak of its start, its sidecar and its sandbox',
    of: pod({
      overhead: { cpu: '50m' },
      containers: [
        {
          name: 'a',
          resources: {
            requests: { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '2', 'hugepages-2Mi': '4Mi' },
            limits: { memory: '2Gi' },
          },
        },
      ],
      initContainers: [
        { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } },
        { name: 'i', resources: { requests: { cpu: '3' } } },
      ],
    }),
    uses: {
      'count/pods': '1',
      pods: '1',
      'requests.cpu': '3150m',
      cpu: '3150m',
      'requests.memory': '1Gi',
      memory: '1Gi',
      'requests.nvidia.com/gpu': '2',
      'requests.hugepages-2Mi': '4Mi',
      'hugepages-2Mi': '4Mi',
      'limits.memory': '2Gi',
    },
  },
  {
    what: 'a pod that has ended',
    of: {
      ...pod({ containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }] }),
      status: { phase: 'Succeeded' },
    } as KubeObject,
    uses: { 'count/pods': '1' },
  },
  { what: 'a service', of: service({ ports }), uses: { 'count/services': '1', services: '1' } },
  {
    what: 'a service with node ports',
    of: service({ type: 'NodePort', ports }),
    uses: { 'count/services': '1', services: '1', 'services.nodeports': '2' },
  },
  {
    what: 'a load balancer',
    of: service({ type: 'LoadBalancer', ports }),
    uses: { 'count/services': '1', services: '1', 'services.nodeports': '2', 'services.loadbalancers': '1' },
  },
  {
    what: 'a load balancer without node ports but those it names',
    of: service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports }),
    uses: { 'count/services': '1', services: '1', 'services.nodeports': '1', 'services.loadbalancers': '1' },
  },
  {
    what: 'a claim of a class, grown further than it now asks for',
    of: object('v1', 'PersistentVolumeClaim', {
      spec: { storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } },
      status: { allocatedResources: { storage: '2Gi' } },
    }),
    uses: {
      'count/persistentvolumeclaims': '1',
      persistentvolumeclaims: '1',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'requests.storage': '2Gi',
      'gold.storageclass.storage.k8s.io/requests.storage': '2Gi',
    },
  },
  { what: 'a deployment', of: object('apps/v1', 'Deployment', {}), uses: { 'count/deployments.apps': '1' } },
  { what: 'a secret', of: object('v1', 'Secret', {}), uses: { 'count/secrets': '1', secrets: '1' } },
  {
    what: 'a claim of devices, all of one class or some of another',
    of: object('resource.k8s.io/v1', 'ResourceClaim', {
      spec: {
        devices: {
          requests: [
            { name: 'a', exactly: { deviceClassName: 'gpu', count: 2 } },
            {
              name: 'b',
              firstAvailable: [
                { name: 'x', deviceClassName: 'gpu', allocationMode: 'All' },
                { name: 'y', deviceClassName: 'fpga' },
              ],
            },
          ],
        },
      },
    }),
    uses: {
      'count/resourceclaims.resource.k8s.io': '1',
      'gpu.deviceclass.resource.k8s.io/devices': '34',
      'fpga.deviceclass.resource.k8s.io/devices': '1',
    },
  },
  { what: 'an event', of: object('v1', 'Event', {}), uses: {} },
];

for (const { what, of, uses } of cases)
  test(`what ${what} uses`, () => {
    assert.deepEqual(Object.fromEntries(usageOf(of, kindOf(of), nowMs)), uses);
  });
