/** Horizontal pod autoscalers: bounds, metrics and their targets, behavior. */
import { autoscaling } from './definition-names.ts';
import { type Fields, fieldsOf, isEmpty, isFields, itemsOf, numberOf, textOf } from './loose.ts';
import { quantityValue } from './quantity.ts';
import type { Check, Constraints, Rule } from './rule.ts';

const positive: Rule = { min: 1, zero: 'checked', outOfBounds: 'must be greater than zero' };
const periodSecondsMax = 1800;
const stabilizationSecondsMax = 3600;

/** Where each type of metric keeps its data. */
const sources: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const targetTypes = ['Utilization', 'Value', 'AverageValue'];

const replicaBounds: Check = (spec, report) => {
  const [fewest, most] = [numberOf(spec['minReplicas']), numberOf(spec['maxReplicas'])];
  if (fewest !== undefined && most !== undefined && most < fewest) {
    report.invalid(['maxReplicas'], most, 'must be greater than or equal to `minReplicas`');
  }
};

const metricSource: Check = (metric, report) => {
  const type = textOf(metric['type']) ?? '';
  const expected = sources[type];
  if (expected !== undefined && isEmpty(metric[expected])) {
    report.required([expected], 'must populate information for the given metric source');
  }
  for (const field of Object.values(sources)) {
    if (field !== expected && !isEmpty(metric[field]))
      report.forbidden([field], 'must populate the given metric source only');
  }
};

const metricTarget: Check = (target, report) => {
  const { type } = target;
  if (typeof type === 'string' && type !== '' && !targetTypes.includes(type)) {
    report.invalid(['type'], type, 'must be either Utilization, Value, or AverageValue');
  }
  for (const field of ['value', 'averageValue']) {
    const value = quantityValue(target[field]);
    if (value !== undefined && value <= 0) report.invalid([field], String(target[field]), 'must be positive');
  }
};

/** Which fields of a target a kind of metric needs, and which exclude each other. */
function targetNeeds(
  needs: readonly string[],
  [needed, neededDetail]: readonly [string, string],
  exclusive?: readonly [string, string],
): Check {
  return (source, report) => {
    if (!isFields(source['target'])) return;
    const target: Fields = source['target'];
    const set = needs.filter((field) => !isEmpty(target[field]));
    if (set.length === 0) report.required(['target', needed], neededDetail);
    if (set.length > 1 && exclusive !== undefined) report.forbidden(['target', exclusive[0]], exclusive[1]);
  };
}

const utilizationOrValue = targetNeeds(
  ['averageUtilization', 'averageValue'],
  ['averageUtilization', 'must set either a target raw value or a target utilization'],
  ['averageValue', 'may not set both a target raw value and a target utilization'],
);

const scalingPolicies: Check = (behavior, report) => {
  for (const direction of ['scaleUp', 'scaleDown']) {
    const rules = behavior[direction];
    if (isFields(rules) && Array.isArray(rules['policies']) && rules['policies'].length === 0) {
      report.required([direction, 'policies'], 'must specify at least one Policy');
    }
    const seconds = numberOf(fieldsOf(rules)['stabilizationWindowSeconds']);
    if (seconds === undefined) continue;
    const path = [direction, 'stabilizationWindowSeconds'];
    if (seconds < 0) report.invalid(path, seconds, 'must be greater than or equal to zero');
    if (seconds > stabilizationSecondsMax)
      report.invalid(path, seconds, `must be less than or equal to ${stabilizationSecondsMax}`);
  }
};

const periodSeconds: Check = (policy, report) => {
  const seconds = numberOf(policy['periodSeconds']);
  if (seconds !== undefined && seconds > periodSecondsMax)
    report.invalid(['periodSeconds'], seconds, `must be less than or equal to ${periodSecondsMax}`);
};

const nothingToScaleFrom: Check = (spec, report) => {
  if (spec['minReplicas'] !== 0) return;
  const types = itemsOf(spec['metrics']).map(([, metric]) => metric['type']);
  if (!types.includes('Object') && !types.includes('External')) {
    report.forbidden(
      ['metrics'],
      'must specify at least one Object or External metric to support scaling to zero replicas',
    );
  }
};

export const autoscalerConstraints: Constraints = {
  [autoscaling('HorizontalPodAutoscalerSpec')]: {
    fields: {
      minReplicas: { min: 1 },
      maxReplicas: { min: 1, zero: 'checked', outOfBounds: 'must be greater than 0' },
    },
    checks: [replicaBounds, nothingToScaleFrom],
  },
  [autoscaling('CrossVersionObjectReference')]: {
    fields: {
      kind: { required: true, format: 'pathSegment' },
      name: { required: true, format: 'pathSegment' },
    },
  },
  [autoscaling('MetricSpec')]: {
    fields: {
      type: { required: 'must specify a metric source type', oneOf: Object.keys(sources) },
    },
    checks: [metricSource],
  },
  [autoscaling('MetricIdentifier')]: {
    fields: { name: { required: 'must specify a metric name', format: 'pathSegment' } },
  },
  [autoscaling('MetricTarget')]: {
    fields: {
      type: { required: 'must specify a metric target type' },
      averageUtilization: { min: 1, outOfBounds: 'must be greater than 0' },
    },
    checks: [metricTarget],
  },
  [autoscaling('ResourceMetricSource')]: {
    fields: { name: { required: 'must specify a resource name' } },
    checks: [utilizationOrValue],
  },
  [autoscaling('ContainerResourceMetricSource')]: {
    fields: {
      name: { required: 'must specify a resource name' },
      container: { required: 'must specify a container name' },
    },
    checks: [utilizationOrValue],
  },
  [autoscaling('PodsMetricSource')]: {
    checks: [targetNeeds(['averageValue'], ['averageValue', 'must specify a positive target averageValue'])],
  },
  [autoscaling('ObjectMetricSource')]: {
    checks: [
      targetNeeds(
        ['value', 'averageValue'],
        ['averageValue', 'must set either a target value or averageValue'],
      ),
    ],
  },
  [autoscaling('ExternalMetricSource')]: {
    checks: [
      targetNeeds(
        ['value', 'averageValue'],
        ['averageValue', 'must set either a target value for metric or a per-pod target'],
        ['value', 'may not set both a target value for metric and a per-pod target'],
      ),
    ],
  },
  [autoscaling('HorizontalPodAutoscalerBehavior')]: { checks: [scalingPolicies] },
  [autoscaling('HPAScalingRules')]: {
    fields: {
      selectPolicy: { oneOf: ['Disabled', 'Max', 'Min'] },
      tolerance: { format: 'nonNegativeQuantity' },
    },
  },
  [autoscaling('HPAScalingPolicy')]: {
    fields: {
      type: { required: true, oneOf: ['Percent', 'Pods'] },
      value: positive,
      periodSeconds: positive,
    },
    checks: [periodSeconds],
  },
};
