import { accepts, podWith, refuses } from './constraint-trial.ts';

const toleration = (change: object): object => podWith({ tolerations: [change] });
const spread = (change: object): object =>
  podWith({
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {}, ...change },
    ],
  });
const required = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution';
const node = (term: object): object =>
  podWith({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
    },
  });
const requirement = (change: object): object =>
  node({ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'], ...change }] });
const term = 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
const podTerm = (change: object): object =>
  podWith({
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' } }, ...change },
        ],
      },
    },
  });

refuses('tolerations', toleration, [
  [
    {},
    'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
  ],
  [
    { key: 'a', operator: 'Is' },
    'spec.tolerations[0].operator: Unsupported value: "Is": supported values: "Equal", "Exists", "Lt", "Gt"',
  ],
  [
    { key: 'a', operator: 'Exists', value: 'b' },
    'spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
  ],
  [
    { key: 'a', effect: 'Never' },
    'spec.tolerations[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ],
  [
    { key: 'a', effect: 'NoSchedule', tolerationSeconds: 1 },
    'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
  ],
]);

accepts('tolerations of all and of some taints', toleration, [
  { operator: 'Exists' },
  { key: 'a', value: 'b', effect: 'NoExecute', tolerationSeconds: 0 },
  { key: 'a', operator: 'Equal', value: '' },
]);

refuses('spread over topologies', spread, [
  [{ maxSkew: 0 }, 'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero'],
  [{ topologyKey: '' }, 'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty'],
  [
    { whenUnsatisfiable: 'Wait' },
    'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Wait": supported values: "DoNotSchedule", "ScheduleAnyway"',
  ],
  [
    { minDomains: 0 },
    'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater than zero',
  ],
  [
    { minDomains: 2, whenUnsatisfiable: 'ScheduleAnyway' },
    'spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
  ],
  [
    { nodeTaintsPolicy: 'Some' },
    'spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "Some": supported values: "Honor", "Ignore"',
  ],
  [
    { labelSelector: undefined, matchLabelKeys: ['a'] },
    'spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
  ],
  [
    { labelSelector: { matchLabels: { a: 'b' } }, matchLabelKeys: ['a'] },
    'spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector',
  ],
]);

refuses('two constraints of one kind', podWith, [
  [
    {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
        { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
      ],
    },
    'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
  ],
]);

refuses('requirements on nodes', requirement, [
  [
    { operator: 'in' },
    `${required}.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "in": not a valid selector operator`,
  ],
  [
    { values: [] },
    `${required}.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
  ],
  [
    { operator: 'Gt', values: ['1', '2'] },
    `${required}.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`,
  ],
  [
    { operator: 'Exists' },
    `${required}.nodeSelectorTerms[0].matchExpressions[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
  ],
  [
    { key: '' },
    `${required}.nodeSelectorTerms[0].matchExpressions[0].key: Invalid value: "": name part must be non-empty`,
  ],
]);

refuses('terms on nodes', node, [
  [
    { matchFields: [{ key: 'metadata.uid', operator: 'In', values: ['a'] }] },
    `${required}.nodeSelectorTerms[0].matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key`,
  ],
  [
    { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a', 'b'] }] },
    `${required}.nodeSelectorTerms[0].matchFields[0].values: Required value: must be only one value when \`operator\` is 'In' or 'NotIn' for node field selector`,
  ],
  [
    { matchFields: [{ key: 'metadata.name', operator: 'Exists' }] },
    `${required}.nodeSelectorTerms[0].matchFields[0].operator: Invalid value: "Exists": not a valid selector operator`,
  ],
]);

refuses('weights and empty selectors', podWith, [
  [
    {
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } },
      },
    },
    `${required}.nodeSelectorTerms: Required value: must have at least one node selector term`,
  ],
  ...[0, 101].map(
    (weight) =>
      [
        {
          affinity: {
            nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, preference: {} }] },
          },
        },
        `spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: ${weight}: must be in the range 1-100`,
      ] as const,
  ),
]);

refuses('terms on other pods', podTerm, [
  [{ topologyKey: '' }, `${term}.topologyKey: Required value: can not be empty`],
  [
    { labelSelector: undefined, mismatchLabelKeys: ['a'] },
    `${term}.mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
  ],
  [
    { matchLabelKeys: ['c'], mismatchLabelKeys: ['c'] },
    `${term}.matchLabelKeys[0]: Invalid value: "c": exists in both matchLabelKeys and mismatchLabelKeys`,
  ],
]);

accepts('affinity in full', podTerm, [
  { namespaces: ['a'], matchLabelKeys: ['pod-template-hash'] },
  { namespaceSelector: {}, mismatchLabelKeys: ['tenant'] },
]);
