import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KindInfo, kindByGvk, kinds } from '../../../schemas/kinds.ts';
import { validateObject } from '../../../schemas/validation/validate.ts';
import type { KubeObject } from '../model/object.ts';
import { fromHub, hubOf, toHub } from './conversion.ts';

function kind(apiVersion: string, name: string): KindInfo {
  const info = kindByGvk(apiVersion, name);
  assert.ok(info !== undefined);
  return info;
}

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function autoscaler(apiVersion: string, spec: object, more: object = {}): KubeObject {
  return {
    apiVersion,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { scaleTargetRef, maxReplicas: 5, ...spec },
    ...more,
  } as KubeObject;
}

const memory = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
};
const pods = {
  type: 'Pods',
  pods: {
    metric: { name: 'requests', selector: { matchLabels: { verb: 'get' } } },
    target: { type: 'AverageValue', averageValue: '100' },
  },
};
const object = {
  type: 'Object',
  object: {
    metric: { name: 'requests' },
    describedObject: { kind: 'Ingress', name: 'web', apiVersion: 'networking.k8s.io/v1' },
    target: { type: 'Value', value: '2k' },
  },
};
const external = {
  type: 'External',
  external: {
    metric: { name: 'queue', selector: { matchLabels: { queue: 'mail' } } },
    target: { type: 'AverageValue', averageValue: '30' },
  },
};
const container = {
  type: 'ContainerResource',
  containerResource: {
    name: 'cpu',
    container: 'web',
    target: { type: 'Utilization', averageUtilization: 60 },
  },
};
const cpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};
const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };

test('every kind is its own hub but for autoscalers of version 1 and events of their own group', () => {
  const others = kinds.filter((info) => hubOf(info) !== info);
  assert.deepEqual(
    others.map((info) => `${info.group}/${info.version} ${info.kind}`),
    ['autoscaling/v1 HorizontalPodAutoscaler', 'events.k8s.io/v1 Event'],
  );
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
  assert.equal(toHub(pod), pod);
  assert.equal(fromHub(pod, kind('v1', 'Pod')), pod);
});

test('the target of version 1 is a metric of version 2', () => {
  const old = autoscaler('autoscaling/v1', { targetCPUUtilizationPercentage: 80, minReplicas: 2 });
  assert.deepEqual(toHub(old), autoscaler('autoscaling/v2', { minReplicas: 2, metrics: [cpu] }));
});

test('what version 1 does not have lies in its annotations', () => {
  const hub = autoscaler('autoscaling/v2', { metrics: [memory, cpu], behavior });
  const old = fromHub(hub, kind('autoscaling/v1', 'HorizontalPodAutoscaler'));
  assert.deepEqual(
    old,
    autoscaler(
      'autoscaling/v1',
      { targetCPUUtilizationPercentage: 80 },
      {
        metadata: {
          name: 'web',
          namespace: 'shop',
          annotations: {
            'autoscaling.alpha.kubernetes.io/metrics':
              '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}}]',
            'autoscaling.alpha.kubernetes.io/behavior': '{"scaleDown":{"stabilizationWindowSeconds":60}}',
          },
        },
      },
    ),
  );
  assert.deepEqual(validateObject(old), []);
});

const round: readonly (readonly [string, KubeObject])[] = [
  ['nothing', autoscaler('autoscaling/v2', {})],
  ['cpu', autoscaler('autoscaling/v2', { metrics: [cpu] })],
  [
    'every metric',
    autoscaler('autoscaling/v2', { metrics: [memory, pods, object, external, container, cpu] }),
  ],
  ['behavior', autoscaler('autoscaling/v2', { metrics: [memory], behavior })],
  [
    'annotations of others',
    autoscaler('autoscaling/v2', { metrics: [pods] }, { metadata: { name: 'web', annotations: { a: 'b' } } }),
  ],
  [
    'status',
    autoscaler(
      'autoscaling/v2',
      { metrics: [cpu] },
      {
        status: {
          currentReplicas: 2,
          desiredReplicas: 3,
          lastScaleTime: '2026-01-01T00:00:00Z',
          currentMetrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', current: { averageUtilization: 90, averageValue: '450m' } },
            },
            { type: 'External', external: { metric: { name: 'queue' }, current: { averageValue: '12' } } },
            {
              type: 'Object',
              object: {
                metric: { name: 'hits' },
                describedObject: { kind: 'Service', name: 'web' },
                current: { value: '7' },
              },
            },
          ],
          conditions: [{ type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' }],
        },
      },
    ),
  ],
];

for (const [name, hub] of round) {
  test(`an autoscaler with ${name} survives version 1`, () => {
    assert.deepEqual(toHub(fromHub(hub, kind('autoscaling/v1', 'HorizontalPodAutoscaler'))), hub);
  });
}

test('annotations that hold no JSON say nothing', () => {
  const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': 'x', mine: 'y' };
  const old = autoscaler('autoscaling/v1', {}, { metadata: { name: 'web', annotations } });
  assert.deepEqual(
    toHub(old),
    autoscaler('autoscaling/v2', {}, { metadata: { name: 'web', annotations: { mine: 'y' } } }),
  );
});

const coreEvent = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'web.1', namespace: 'shop' },
  involvedObject: { kind: 'Pod', name: 'web', namespace: 'shop' },
  related: { kind: 'Node', name: 'n1' },
  reason: 'Pulled',
  message: 'it is there',
  type: 'Normal',
  action: 'Pulling',
  reportingComponent: 'kubelet',
  reportingInstance: 'n1',
  source: { component: 'kubelet', host: 'n1' },
  count: 3,
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:01:00Z',
  eventTime: '2026-01-01T00:00:00.000000Z',
  series: { count: 3, lastObservedTime: '2026-01-01T00:01:00.000000Z' },
} as KubeObject;

test('events have other names in their own group', () => {
  const event = fromHub(coreEvent, kind('events.k8s.io/v1', 'Event'));
  assert.deepEqual(event, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'web.1', namespace: 'shop' },
    regarding: { kind: 'Pod', name: 'web', namespace: 'shop' },
    related: { kind: 'Node', name: 'n1' },
    reason: 'Pulled',
    note: 'it is there',
    type: 'Normal',
    action: 'Pulling',
    reportingController: 'kubelet',
    reportingInstance: 'n1',
    deprecatedSource: { component: 'kubelet', host: 'n1' },
    deprecatedCount: 3,
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:01:00Z',
    eventTime: '2026-01-01T00:00:00.000000Z',
    series: { count: 3, lastObservedTime: '2026-01-01T00:01:00.000000Z' },
  });
  assert.deepEqual(toHub(event), coreEvent);
});

test('an event without a time of its own has a null one in its own group, and none in core', () => {
  const { eventTime: _, ...plain } = coreEvent as KubeObject & { eventTime: string };
  const event = fromHub(plain, kind('events.k8s.io/v1', 'Event'));
  assert.equal((event as unknown as { eventTime: unknown }).eventTime, null);
  assert.deepEqual(toHub(event), plain);
});

test('custom kinds differ in nothing but their apiVersion', () => {
  const info: KindInfo = { ...kind('v1', 'Pod'), group: 'example.com', version: 'v2', kind: 'Widget' };
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { a: 1 } };
  assert.equal(hubOf(info), info);
  assert.deepEqual(fromHub(widget, info), { ...widget, apiVersion: 'example.com/v2' });
});
