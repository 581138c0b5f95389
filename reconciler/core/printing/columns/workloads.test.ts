import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printed } from '../printing-scenario.ts';

const template = {
  metadata: { labels: { app: 'web' } },
  spec: {
    nodeSelector: { disk: 'ssd' },
    containers: [
      { name: 'web', image: 'nginx:1' },
      { name: 'log', image: 'fluent:2' },
    ],
  },
};
const selector = {
  matchLabels: { tier: 'front', app: 'web' },
  matchExpressions: [
    { key: 'env', operator: 'In', values: ['prod', 'dev'] },
    { key: 'old', operator: 'DoesNotExist' },
    { key: 'new', operator: 'Exists' },
    { key: 'zone', operator: 'NotIn', values: ['a'] },
  ],
};
const selected = 'app=web,env in (dev,prod),new,!old,tier=front,zone notin (a)';
const containers = '[CONTAINERS=web,log] | [IMAGES=nginx:1,fluent:2]';

type Case = readonly [what: string, object: Parameters<typeof printed>[0], expected: string];

const cases: readonly Case[] = [
  [
    'Deployment',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 3, selector, template },
      status: { readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 },
    },
    `READY=2/3 | UP-TO-DATE=1 | AVAILABLE=2 | ${containers} | [SELECTOR=${selected}]`,
  ],
  [
    'Deployment without a status',
    { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1, template } },
    `READY=0/1 | UP-TO-DATE=0 | AVAILABLE=0 | ${containers} | [SELECTOR=]`,
  ],
  [
    'ReplicaSet',
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      spec: { replicas: 3, selector, template },
      status: { replicas: 3, readyReplicas: 2 },
    },
    `DESIRED=3 | CURRENT=3 | READY=2 | ${containers} | [SELECTOR=${selected}]`,
  ],
  [
    'ReplicationController',
    {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      spec: { replicas: 1, selector: { b: '2', a: '1' }, template },
      status: { replicas: 1 },
    },
    `DESIRED=1 | CURRENT=1 | READY=0 | ${containers} | [SELECTOR=a=1,b=2]`,
  ],
  [
    'StatefulSet',
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      spec: { replicas: 2, template },
      status: { readyReplicas: 1 },
    },
    `READY=1/2 | ${containers}`,
  ],
  [
    'DaemonSet',
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      spec: { template, selector: {} },
      status: {
        desiredNumberScheduled: 5,
        currentNumberScheduled: 4,
        numberReady: 3,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
      },
    },
    `DESIRED=5 | CURRENT=4 | READY=3 | UP-TO-DATE=2 | AVAILABLE=1 | NODE SELECTOR=disk=ssd | ${containers} | [SELECTOR=<none>]`,
  ],
  [
    'PodTemplate',
    { apiVersion: 'v1', kind: 'PodTemplate', template },
    'CONTAINERS=web,log | IMAGES=nginx:1,fluent:2 | POD LABELS=app=web',
  ],
  [
    'ControllerRevision',
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }],
      },
      revision: 4,
    },
    'CONTROLLER=statefulset.apps/db | REVISION=4',
  ],
  [
    'PodDisruptionBudget',
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      spec: { maxUnavailable: '25%' },
      status: { disruptionsAllowed: 1 },
    },
    'MIN AVAILABLE=N/A | MAX UNAVAILABLE=25% | ALLOWED DISRUPTIONS=1',
  ],
  [
    'Job that runs',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      spec: { completions: 4, template, selector },
      status: { succeeded: 1, startTime: '2026-11-26T11:58:30Z' },
    },
    `STATUS=Running | COMPLETIONS=1/4 | DURATION=90s | ${containers} | [SELECTOR=${selected}]`,
  ],
  [
    'Job that is complete',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      spec: { parallelism: 3, template },
      status: {
        succeeded: 1,
        startTime: '2026-11-26T11:50:00Z',
        completionTime: '2026-11-26T11:50:12Z',
        conditions: [
          { type: 'SuccessCriteriaMet', status: 'True' },
          { type: 'Complete', status: 'True' },
        ],
      },
    },
    `STATUS=Complete | COMPLETIONS=1/1 of 3 | DURATION=12s | ${containers} | [SELECTOR=<none>]`,
  ],
  [
    'Job that is suspended',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      spec: { template },
      status: { conditions: [{ type: 'Suspended', status: 'True' }] },
    },
    `STATUS=Suspended | COMPLETIONS=0/1 | DURATION= | ${containers} | [SELECTOR=<none>]`,
  ],
  [
    'CronJob',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: { schedule: '*/5 * * * *', suspend: false, jobTemplate: { spec: { template } } },
      status: { active: [{}, {}], lastScheduleTime: '2026-11-26T11:59:00Z' },
    },
    `SCHEDULE=*/5 * * * * | TIMEZONE=<none> | SUSPEND=False | ACTIVE=2 | LAST SCHEDULE=60s | ${containers} | [SELECTOR=<none>]`,
  ],
  [
    'CronJob that never ran',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: { schedule: '@daily', timeZone: 'Etc/UTC', suspend: true, jobTemplate: { spec: { template } } },
    },
    `SCHEDULE=@daily | TIMEZONE=Etc/UTC | SUSPEND=True | ACTIVE=0 | LAST SCHEDULE=<none> | ${containers} | [SELECTOR=<none>]`,
  ],
  [
    'HorizontalPodAutoscaler without metrics yet',
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        maxReplicas: 5,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
    },
    'REFERENCE=Deployment/web | TARGETS=cpu: <unknown>/80% | MINPODS=<unset> | MAXPODS=5 | REPLICAS=0',
  ],
  [
    'HorizontalPodAutoscaler with three metrics',
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 5,
        metrics: [
          { type: 'Pods', pods: { target: { averageValue: '10' } } },
          { type: 'External', external: { target: { averageValue: '30' } } },
          { type: 'Object', object: { target: { value: '3' } } },
        ],
      },
      status: {
        currentReplicas: 2,
        currentMetrics: [
          { type: 'Pods', pods: { current: { averageValue: '7' } } },
          { type: 'External', external: { current: { averageValue: '20' } } },
        ],
      },
    },
    'REFERENCE=Deployment/web | TARGETS=7/10, 20/30 (avg) + 1 more... | MINPODS=1 | MAXPODS=5 | REPLICAS=2',
  ],
  [
    'HorizontalPodAutoscaler of the first version',
    {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 5,
        targetCPUUtilizationPercentage: 50,
      },
      status: { currentReplicas: 2, currentCPUUtilizationPercentage: 12 },
    },
    'REFERENCE=Deployment/web | TARGETS=cpu: 12%/50% | MINPODS=2 | MAXPODS=5 | REPLICAS=2',
  ],
];

for (const [what, object, expected] of cases)
  test(`columns of a ${what}`, () => assert.equal(printed(object), expected));
