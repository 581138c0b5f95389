import { testConstraints } from './constraint-cases.ts';

const reserved =
  "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error:";

testConstraints(
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 },
  [
    [
      'too high',
      { value: 1_000_000_001 },
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    ],
    [
      "a name of the system's",
      { metadata: { name: 'system-high' } },
      `${reserved} system-high is not a known system priority class`,
    ],
    ['a class of the system', { metadata: { name: 'system-node-critical' }, value: 2_000_001_000 }],
    [
      'a class of the system of another value',
      { metadata: { name: 'system-node-critical' } },
      `${reserved} value of system-node-critical PriorityClass must be 2000001000`,
    ],
    [
      'preemption',
      { preemptionPolicy: 'Maybe' },
      'preemptionPolicy: Unsupported value: "Maybe": supported values: "Never", "PreemptLowerPriority"',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'a' },
    spec: { leaseDurationSeconds: 15 },
  },
  [
    [
      'no duration',
      { spec: { leaseDurationSeconds: 0 } },
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    ],
    [
      'transitions',
      { spec: { leaseTransitions: -1 } },
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
);

testConstraints(
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' },
  [['no handler', { handler: '' }, 'handler: Required value']],
);

testConstraints(
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] },
  },
  [
    [
      'two ranges of a family',
      { spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] } },
      'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one CIDR for each IP family',
    ],
    [
      'a taint twice',
      {
        spec: {
          taints: [
            { key: 'a', effect: 'NoSchedule' },
            { key: 'a', effect: 'NoSchedule', value: 'x' },
          ],
        },
      },
      'spec.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule","value":"x"}',
    ],
  ],
);

testConstraints({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, [
  [
    'a finalizer',
    { spec: { finalizers: ['mine'] } },
    'spec.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ],
]);

testConstraints(
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.a.example' },
    spec: {
      group: 'a.example',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { name: 'a', namespace: 'b' },
    },
  },
  [
    [
      'another name',
      { metadata: { name: 'a' } },
      'metadata.name: Invalid value: "a": must be `spec.version+"."+spec.group`: "v1.a.example"',
    ],
    [
      'priorities',
      { spec: { groupPriorityMinimum: 0, versionPriority: 1001 } },
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
    ],
    [
      'trust and distrust',
      { spec: { caBundle: 'YQ==', insecureSkipTLSVerify: true } },
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
  ],
);

const hook = {
  name: 'a.b.example',
  clientConfig: { url: 'https://a.example/x' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
};
const hooked = (fields: object): object => ({ webhooks: [{ ...hook, ...fields }] });
testConstraints(
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'a' },
    webhooks: [hook],
  },
  [
    [
      'a short name',
      hooked({ name: 'a.b' }),
      'webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots',
    ],
    ['a name twice', { webhooks: [hook, hook] }, 'webhooks[1].name: Duplicate value: "a.b.example"'],
    [
      'no client',
      hooked({ clientConfig: {} }),
      'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
    ],
    [
      'plain text',
      hooked({ clientConfig: { url: 'http://a.example' } }),
      `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
    ],
    [
      'a query',
      hooked({ clientConfig: { url: 'https://a.example/x?y' } }),
      'webhooks[0].clientConfig.url: Invalid value: "y": query parameters are not permitted in the URL',
    ],
    [
      'a user',
      hooked({ clientConfig: { url: 'https://me@a.example/x' } }),
      'webhooks[0].clientConfig.url: Invalid value: "me": user information is not permitted in the URL',
    ],
    [
      'a port',
      hooked({ clientConfig: { service: { name: 'a', namespace: 'b', port: 0 } } }),
      'webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
    ],
    [
      'side effects',
      hooked({ sideEffects: 'Some' }),
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
    ],
    [
      'no versions',
      hooked({ admissionReviewVersions: [] }),
      'webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1',
    ],
    [
      'versions of nobody',
      hooked({ admissionReviewVersions: ['v3'] }),
      'webhooks[0].admissionReviewVersions: Invalid value: ["v3"]: must include at least one of v1, v1beta1',
    ],
    [
      'too patient',
      hooked({ timeoutSeconds: 31 }),
      'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds',
    ],
    [
      'all and more',
      hooked({ rules: [{ ...hook.rules[0], operations: ['*', 'CREATE'] }] }),
      `webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if '*' is present, must not specify other operations`,
    ],
    [
      'an operation',
      hooked({ rules: [{ ...hook.rules[0], operations: ['READ'] }] }),
      'webhooks[0].rules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
    ],
    [
      'failure policy',
      hooked({ failurePolicy: 'Shrug' }),
      'webhooks[0].failurePolicy: Unsupported value: "Shrug": supported values: "Fail", "Ignore"',
    ],
  ],
);

const level = {
  type: 'Limited',
  limited: { limitResponse: { type: 'Queue', queuing: { queues: 8, handSize: 4, queueLengthLimit: 5 } } },
};
testConstraints(
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'a' },
    spec: level,
  },
  [
    [
      'limits of what has none',
      { spec: { type: 'Exempt' } },
      'spec.limited: Forbidden: must be nil if the type is not Limited',
    ],
    [
      'a hand beyond all queues',
      { spec: { limited: { limitResponse: { queuing: { handSize: 9 } } } } },
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 9: should not be greater than queues (8)',
    ],
  ],
);
