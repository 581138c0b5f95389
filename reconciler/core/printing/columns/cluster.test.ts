import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printed } from '../printing-scenario.ts';

type Case = readonly [what: string, object: Parameters<typeof printed>[0], expected: string];

const cases: readonly Case[] = [
  [
    'Node',
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        labels: {
          'node-role.kubernetes.io/worker': '',
          'node-role.kubernetes.io/control-plane': '',
          'kubernetes.io/role': 'edge',
        },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
        nodeInfo: {
          kubeletVersion: 'v1.36.0',
          osImage: 'Debian',
          kernelVersion: '6.1',
          containerRuntimeVersion: 'containerd://2',
        },
      },
    },
    'STATUS=Ready,SchedulingDisabled | ROLES=control-plane,edge,worker | VERSION=v1.36.0 | [INTERNAL-IP=192.0.2.1] | [EXTERNAL-IP=<none>] | [OS-IMAGE=Debian] | [KERNEL-VERSION=6.1] | [CONTAINER-RUNTIME=containerd://2]',
  ],
  [
    'Node that has gone silent',
    { apiVersion: 'v1', kind: 'Node', status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    'STATUS=NotReady | ROLES=<none> | VERSION= | [INTERNAL-IP=<none>] | [EXTERNAL-IP=<none>] | [OS-IMAGE=<unknown>] | [KERNEL-VERSION=<unknown>] | [CONTAINER-RUNTIME=<unknown>]',
  ],
  ['Namespace', { apiVersion: 'v1', kind: 'Namespace', status: { phase: 'Active' } }, 'STATUS=Active'],
  [
    'ComponentStatus',
    {
      apiVersion: 'v1',
      kind: 'ComponentStatus',
      conditions: [{ type: 'Healthy', status: 'False', message: 'away', error: 'EOF' }],
    },
    'STATUS=Unhealthy | MESSAGE=away | ERROR=EOF',
  ],
  [
    'ResourceQuota',
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      status: {
        hard: { pods: '4', 'requests.cpu': '1', 'limits.cpu': '2', 'limits.memory': '2Gi' },
        used: { pods: '1', 'limits.cpu': '500m' },
      },
    },
    'REQUEST=pods: 1/4, requests.cpu: 0/1 | LIMIT=limits.cpu: 500m/2, limits.memory: 0/2Gi',
  ],
  [
    'Lease',
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: { holderIdentity: 'a' } },
    'HOLDER=a',
  ],
  [
    'PriorityClass',
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', value: 1000, preemptionPolicy: 'Never' },
    'VALUE=1000 | GLOBAL-DEFAULT=false | PREEMPTIONPOLICY=Never',
  ],
  ['RuntimeClass', { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', handler: 'kata' }, 'HANDLER=kata'],
  [
    'Event',
    {
      apiVersion: 'v1',
      kind: 'Event',
      involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{web}' },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off \n',
      source: { component: 'agent', host: 'node-1' },
      firstTimestamp: '2026-11-26T11:50:00Z',
      lastTimestamp: '2026-11-26T11:59:30Z',
      count: 7,
    },
    'LAST SEEN=30s | TYPE=Warning | REASON=BackOff | OBJECT=pod/web | [SUBOBJECT=spec.containers{web}] | [SOURCE=agent, node-1] | MESSAGE=Back-off | [FIRST SEEN=10m] | [COUNT=7]',
  ],
  [
    'Event of the newer API, without a series',
    {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      regarding: { kind: 'Node' },
      type: 'Normal',
      reason: 'Scheduled',
      note: 'ok',
      eventTime: '2026-11-26T11:59:00.000000Z',
      reportingController: 'scheduler',
    },
    'LAST SEEN=60s | TYPE=Normal | REASON=Scheduled | OBJECT=node | [SUBOBJECT=] | [SOURCE=scheduler] | MESSAGE=ok | [FIRST SEEN=60s] | [COUNT=1]',
  ],
  [
    'Event with a series',
    {
      apiVersion: 'v1',
      kind: 'Event',
      involvedObject: { kind: 'Pod', name: 'web' },
      eventTime: '2026-11-26T11:50:00.000000Z',
      series: { count: 4, lastObservedTime: '2026-11-26T11:59:59.000000Z' },
      reportingComponent: 'scheduler',
      reportingInstance: 'berth-0',
    },
    'LAST SEEN=1s | TYPE= | REASON= | OBJECT=pod/web | [SUBOBJECT=] | [SOURCE=scheduler, berth-0] | MESSAGE= | [FIRST SEEN=10m] | [COUNT=4]',
  ],
  [
    'Host',
    {
      apiVersion: 'berth.dev/v1alpha1',
      kind: 'Host',
      spec: { address: '192.0.2.1', port: 2222, hostKeys: [] },
      status: { phase: 'Connected', agentVersion: '0.1.0', lastSeen: '2026-11-26T11:59:58Z' },
    },
    'STATUS=Connected | ADDRESS=192.0.2.1:2222 | AGENT=0.1.0 | LAST SEEN=2s | [USER=root] | [RUNTIME=containerd] | [MESSAGE=]',
  ],
  [
    'Application',
    {
      apiVersion: 'berth.dev/v1alpha1',
      kind: 'Application',
      spec: { repository: '/srv/git', path: 'shop' },
      status: {
        latest: { commit: 'fedcba9876543210', phase: 'Invalid', message: '2 problems' },
        applied: { commit: '0123456789abcdef', phase: 'Applied' },
        lastRun: '2026-11-26T11:59:00Z',
      },
    },
    'STATUS=Invalid | APPLIED=0123456789 | LATEST=fedcba9876 | LAST RUN=60s | [REPOSITORY=/srv/git] | [REF=main] | [PATH=shop] | [MESSAGE=2 problems]',
  ],
];

for (const [what, object, expected] of cases)
  test(`columns of a ${what}`, () => assert.equal(printed(object), expected));
