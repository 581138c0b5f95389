/** Kubernetes' defaults of horizontal pod autoscalers. */
import { type Fields, fieldsOf, isEmpty, isFields } from '../../../../schemas/validation/loose.ts';
import { inside, withDefaults } from './absent-fields.ts';

const cpuAtEightyPercent: readonly Fields[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];
const scaleUp: Fields = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const scaleDown: Fields = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** Once a behavior is given, both of its directions are complete. */
function filledBehavior(behavior: Fields): Fields {
  let filled = behavior;
  for (const [direction, defaults] of [
    ['scaleUp', scaleUp],
    ['scaleDown', scaleDown],
  ] as const) {
    const rules = filled[direction];
    const complete = withDefaults(fieldsOf(rules), defaults);
    if (complete !== rules) filled = { ...filled, [direction]: complete };
  }
  return filled;
}

export function filledAutoscaler(autoscaler: Fields): Fields {
  return inside(autoscaler, 'spec', (spec) => {
    let filled = withDefaults(spec, { minReplicas: 1 });
    if (isEmpty(filled['metrics'])) filled = { ...filled, metrics: cpuAtEightyPercent };
    return isFields(filled['behavior']) ? inside(filled, 'behavior', filledBehavior) : filled;
  });
}
