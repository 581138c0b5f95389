import { accepts, refuses } from './constraint-trial.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const autoscaler = (spec: object): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: target, maxReplicas: 3, ...spec },
});
const metric = (one: object): object => autoscaler({ metrics: [one] });
const at = 'spec.metrics[0]';
const value = { type: 'Value', value: '1' };

refuses('bounds and targets of autoscalers', autoscaler, [
  [
    { minReplicas: 0 },
    'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
  ],
  [{ maxReplicas: undefined }, 'spec.maxReplicas: Invalid value: 0: must be greater than 0'],
  [{ maxReplicas: 0 }, 'spec.maxReplicas: Invalid value: 0: must be greater than 0'],
  [{ minReplicas: 4 }, 'spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`'],
  [{ scaleTargetRef: { ...target, kind: '' } }, 'spec.scaleTargetRef.kind: Required value'],
  [
    { scaleTargetRef: { ...target, name: 'a/b' } },
    `spec.scaleTargetRef.name: Invalid value: "a/b": may not contain '/'`,
  ],
]);

refuses('metrics', metric, [
  [{ type: '' }, `${at}.type: Required value: must specify a metric source type`],
  [
    { type: 'Cpu' },
    `${at}.type: Unsupported value: "Cpu": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"`,
  ],
  [
    { type: 'Resource' },
    `${at}.resource: Required value: must populate information for the given metric source`,
  ],
  [
    {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: '1' } },
    },
    `${at}.pods: Forbidden: must populate the given metric source only`,
  ],
  [
    { type: 'Resource', resource: { name: '', target: { type: 'Utilization' } } },
    `${at}.resource.name: Required value: must specify a resource name`,
    `${at}.resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization`,
  ],
  [
    {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Some', averageUtilization: 0, averageValue: '1' } },
    },
    `${at}.resource.target.averageUtilization: Invalid value: 0: must be greater than 0`,
    `${at}.resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization`,
    `${at}.resource.target.type: Invalid value: "Some": must be either Utilization, Value, or AverageValue`,
  ],
  [
    { type: 'Pods', pods: { metric: { name: '' }, target: { type: 'AverageValue' } } },
    `${at}.pods.metric.name: Required value: must specify a metric name`,
    `${at}.pods.target.averageValue: Required value: must specify a positive target averageValue`,
  ],
  [
    { type: 'Object', object: { describedObject: target, metric: { name: 'a' }, target: { type: 'Value' } } },
    `${at}.object.target.averageValue: Required value: must set either a target value or averageValue`,
  ],
  [
    { type: 'External', external: { metric: { name: 'a' }, target: { ...value, averageValue: '1' } } },
    `${at}.external.target.value: Forbidden: may not set both a target value for metric and a per-pod target`,
  ],
  [
    { type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value', value: '0' } } },
    `${at}.external.target.value: Invalid value: "0": must be positive`,
  ],
  [
    {
      type: 'ContainerResource',
      containerResource: {
        name: 'cpu',
        container: '',
        target: { type: 'Utilization', averageUtilization: 1 },
      },
    },
    `${at}.containerResource.container: Required value: must specify a container name`,
  ],
]);

refuses('behavior', (behavior) => autoscaler({ behavior }), [
  [
    { scaleUp: { policies: [] } },
    'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy',
  ],
  [
    { scaleUp: { stabilizationWindowSeconds: 3601 } },
    'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
  ],
  [
    { scaleDown: { stabilizationWindowSeconds: -1 } },
    'spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero',
  ],
  [
    { scaleDown: { selectPolicy: 'Some' } },
    'spec.behavior.scaleDown.selectPolicy: Unsupported value: "Some": supported values: "Disabled", "Max", "Min"',
  ],
  [
    { scaleUp: { policies: [{ type: 'Nodes', value: 0, periodSeconds: 1801 }] } },
    'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    'spec.behavior.scaleUp.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"',
    'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
  ],
]);

accepts('good autoscalers', autoscaler, [
  { minReplicas: 1, metrics: [{ type: 'External', external: { metric: { name: 'a' }, target: value } }] },
  { behavior: { scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' } } },
]);
