import { accepts, refuses } from './constraint-trial.ts';

const labels = { app: 'web' };
const template = (pod: object = {}): object => ({
  metadata: { labels },
  spec: { containers: [{ name: 'web', image: 'nginx' }], ...pod },
});
const workload =
  (kind: string, more: object = {}) =>
  (spec: object): object => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { matchLabels: labels }, template: template(), ...more, ...spec },
  });

const deployment = workload('Deployment');
const replicaSet = workload('ReplicaSet');
const daemonSet = workload('DaemonSet');
const statefulSet = workload('StatefulSet', { serviceName: 'web' });
const zero = 'must be greater than or equal to 0';
const percent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

for (const [kind, make, name] of [
  ['ReplicaSet', deployment, 'deployment'],
  ['ReplicaSet', replicaSet, 'deployment'],
  ['DaemonSet', daemonSet, 'daemonset'],
  ['StatefulSet', statefulSet, 'statefulset'],
] as const) {
  const { kind: of } = make({}) as { readonly kind: string };
  refuses(`selectors and templates of a ${of}`, make, [
    [{ selector: undefined }, 'spec.selector: Required value'],
    [{ selector: {} }, `spec.selector: Invalid value: {}: empty selector is invalid for ${name}`],
    [
      { selector: { matchLabels: { app: 'shop' } } },
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
    [
      { template: { spec: { containers: [{ name: 'web', image: 'nginx' }] } } },
      'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
    ],
    ...['Never', 'OnFailure'].map(
      (restartPolicy) =>
        [
          { template: template({ restartPolicy }) },
          `spec.template.spec.restartPolicy: Unsupported value: "${restartPolicy}": supported values: "Always"`,
        ] as const,
    ),
    [
      { template: template({ activeDeadlineSeconds: 1 }) },
      `spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ${kind} is not Supported`,
    ],
    [{ minReadySeconds: -1 }, `spec.minReadySeconds: Invalid value: -1: ${zero}`],
    [{ template: { metadata: { labels } } }, 'spec.template.spec: Required value'],
    [{ template: template({ containers: [] }) }, 'spec.template.spec.containers: Required value'],
    [
      {
        template: template({
          ephemeralContainers: [{ name: 'debug', image: 'busybox' }],
        }),
      },
      'spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template',
    ],
  ]);
  accepts(`good ones of kind ${of}`, make, [
    {},
    { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] } },
    { template: template({ restartPolicy: 'Always' }) },
    { template: template({ containers: [{ name: 'web', image: ' ' }] }) },
  ]);
}

refuses('deployments', deployment, [
  [{ replicas: -1 }, `spec.replicas: Invalid value: -1: ${zero}`],
  [{ revisionHistoryLimit: -1 }, `spec.revisionHistoryLimit: Invalid value: -1: ${zero}`],
  [
    { progressDeadlineSeconds: 10, minReadySeconds: 10 },
    'spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds',
  ],
  [
    { strategy: { type: 'Rolling' } },
    'spec.strategy: Unsupported value: {"type":"Rolling"}: supported values: "Recreate", "RollingUpdate"',
  ],
  [
    { strategy: { type: 'Recreate', rollingUpdate: {} } },
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    { strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
  ],
  [
    { strategy: { rollingUpdate: { maxUnavailable: '101%' } } },
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ],
  [
    { strategy: { rollingUpdate: { maxSurge: 'all' } } },
    `spec.strategy.rollingUpdate.maxSurge: Invalid value: "all": ${percent}`,
  ],
]);

accepts('strategies of deployments', deployment, [
  { strategy: { type: 'Recreate' } },
  { strategy: { rollingUpdate: { maxSurge: '200%', maxUnavailable: 0 } } },
]);

refuses('daemon sets', daemonSet, [
  [
    { updateStrategy: { type: 'Recreate' } },
    'spec.updateStrategy: Unsupported value: {"type":"Recreate"}: supported values: "RollingUpdate", "OnDelete"',
  ],
  [
    { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
  ],
  [
    { updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } },
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
]);

refuses('names of stateful sets', (metadata) => ({ ...statefulSet({}), metadata }), [
  [
    { name: 'web.shop' },
    "metadata.name: Invalid value: \"web.shop\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ],
]);

refuses('stateful sets', statefulSet, [
  [
    { podManagementPolicy: 'Serial' },
    "spec.podManagementPolicy: Invalid value: \"Serial\": must be 'OrderedReady' or 'Parallel'",
  ],
  [
    { updateStrategy: { type: 'Recreate' } },
    `spec.updateStrategy: Invalid value: {"type":"Recreate"}: must be 'RollingUpdate' or 'OnDelete'`,
  ],
  [
    { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 0 } } },
    `spec.updateStrategy.rollingUpdate: Invalid value: {"partition":0}: only allowed for updateStrategy 'RollingUpdate'`,
  ],
  [
    { updateStrategy: { rollingUpdate: { partition: -1, maxUnavailable: 0 } } },
    'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0',
    `spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: ${zero}`,
  ],
  [{ ordinals: { start: -1 } }, `spec.ordinals.start: Invalid value: -1: ${zero}`],
  [
    { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep' } },
    'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
  ],
]);

refuses(
  'replication controllers',
  (spec) => ({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: template(), ...spec },
  }),
  [
    [{}],
    [{ selector: labels }],
    [{ replicas: -1 }, `spec.replicas: Invalid value: -1: ${zero}`],
    [{ template: undefined, selector: labels }, 'spec.template: Required value'],
    [
      { selector: { app: 'shop' } },
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
    [
      { template: template({ restartPolicy: 'Never' }) },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  ],
);

refuses(
  'controller revisions',
  (change) => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: 'web-1', namespace: 'shop' },
    revision: 1,
    data: {},
    ...change,
  }),
  [
    [{}],
    [{ revision: -1 }, `revision: Invalid value: -1: ${zero}`],
    [{ data: undefined }, 'data: Required value: data is mandatory'],
  ],
);

refuses(
  'disruption budgets',
  (spec) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { matchLabels: labels }, ...spec },
  }),
  [
    [{ minAvailable: 0 }],
    [{ maxUnavailable: '100%' }],
    [{ minAvailable: -1 }, `spec.minAvailable: Invalid value: -1: ${zero}`],
    [{ maxUnavailable: '101%' }, 'spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    [{ maxUnavailable: 'half' }, `spec.maxUnavailable: Invalid value: "half": ${percent}`],
    [
      { minAvailable: 1, maxUnavailable: 1 },
      'spec: Invalid value: {"selector":{"matchLabels":{"app":"web"}},"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
    ],
    [
      { unhealthyPodEvictionPolicy: 'Always' },
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Always": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ],
);
