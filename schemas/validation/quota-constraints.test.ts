import { testConstraints } from './constraint-cases.ts';

testConstraints(
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'a' },
    spec: { hard: { pods: '10', 'requests.cpu': '2', 'count/deployments.apps': '3' } },
  },
  [
    [
      'unknown resource',
      { spec: { hard: { apples: '1' } } },
      'spec.hard[apples]: Invalid value: "apples": must be a standard resource for quota',
    ],
    [
      'negative',
      { spec: { hard: { pods: '-1' } } },
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      'half a pod',
      { spec: { hard: { pods: '500m' } } },
      'spec.hard[pods]: Invalid value: "500m": must be an integer',
    ],
    [
      'unknown scope',
      { spec: { scopes: ['Odd'] } },
      'spec.scopes: Invalid value: ["Odd"]: unsupported scope',
    ],
    [
      'contrary scopes',
      { spec: { scopes: ['Terminating', 'NotTerminating'] } },
      'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
    ],
    [
      'a scope of other resources',
      { spec: { scopes: ['BestEffort'] } },
      'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
    ],
    [
      'a selector without values',
      { spec: { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } } },
      "spec.scopeSelector.matchExpressions[0].values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
    [
      'a selector with values',
      {
        spec: {
          scopeSelector: {
            matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }],
          },
        },
      },
      `spec.scopeSelector.matchExpressions[0].values: Invalid value: ["a"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
    ],
  ],
);

const limit = (fields: object): object => ({ spec: { limits: [{ type: 'Container', ...fields }] } });
testConstraints(
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'a' },
    spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '100m' } }] },
  },
  [
    [
      'unknown type',
      limit({ type: 'Thing' }),
      'spec.limits[0].type: Invalid value: "Thing": must be a standard limit type or fully qualified',
    ],
    [
      'a type twice',
      { spec: { limits: [{ type: 'Pod' }, { type: 'Pod' }] } },
      'spec.limits[1].type: Duplicate value: "Pod"',
    ],
    [
      'defaults of pods',
      limit({ type: 'Pod', default: { cpu: '1' } }),
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    ],
    [
      'least above most',
      limit({ min: { cpu: '3' }, max: { cpu: '2' } }),
      'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 2',
    ],
    [
      'default above most',
      limit({ default: { cpu: '3' }, max: { cpu: '2' } }),
      'spec.limits[0].default[cpu]: Invalid value: "2": default value 3 is greater than max value 2',
    ],
    [
      'default below least',
      limit({ default: { cpu: '1' }, min: { cpu: '2' } }),
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
    [
      'request above default',
      limit({ default: { cpu: '1' }, defaultRequest: { cpu: '2' } }),
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1',
    ],
    [
      'request below least',
      limit({ min: { cpu: '2' }, defaultRequest: { cpu: '1' } }),
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
    ],
    [
      'request above most',
      limit({ max: { cpu: '1' }, defaultRequest: { cpu: '2' } }),
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than max value 1',
    ],
    [
      'a ratio below one',
      limit({ maxLimitRequestRatio: { cpu: '0.5' } }),
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "0.5": ratio 0.5 is less than 1',
    ],
    [
      'a ratio that cannot be',
      limit({ min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } }),
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000',
    ],
    [
      'claims without storage',
      limit({ type: 'PersistentVolumeClaim' }),
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
    [
      'a resource that containers have not',
      limit({ max: { pods: '2' } }),
      'spec.limits[0].max[pods]: Invalid value: "pods": must be a standard resource for containers',
    ],
  ],
);
