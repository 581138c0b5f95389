import { accepts, causesOf, containerWith, podWith, refuses } from './constraint-trial.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';

const web = { name: 'web', image: 'nginx' };

refuses('policies and names of pods', podWith, [
  [{ containers: [] }, 'spec.containers: Required value'],
  [
    { restartPolicy: 'Maybe' },
    'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    { dnsPolicy: 'Cluster' },
    'spec.dnsPolicy: Unsupported value: "Cluster": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
  ],
  [
    { preemptionPolicy: 'Maybe' },
    'spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"',
  ],
  [
    { activeDeadlineSeconds: 0 },
    'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
  ],
  [
    { overhead: { cpu: '-1' } },
    'spec.overhead[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    { hostAliases: [{ ip: '1.2.3' }] },
    'spec.hostAliases[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ],
]);

refuses('containers of a pod together', podWith, [
  [{ containers: [web, web] }, 'spec.containers[1].name: Duplicate value: "web"'],
  [{ initContainers: [web] }, 'spec.initContainers[0].name: Duplicate value: "web"'],
  ...['livenessProbe', 'readinessProbe', 'startupProbe'].map(
    (probe) =>
      [
        { initContainers: [{ name: 'init', image: 'a', [probe]: { tcpSocket: { port: 1 } } }] },
        `spec.initContainers[0].${probe}: Forbidden: may not be set for init containers without restartPolicy=Always`,
      ] as const,
  ),
  [
    { initContainers: [{ name: 'init', image: 'a', lifecycle: {} }] },
    'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
  ],
  [
    {
      containers: [
        { ...web, ports: [{ containerPort: 80, hostPort: 80 }] },
        { name: 'b', image: 'b', ports: [{ containerPort: 81, hostPort: 80 }] },
      ],
    },
    'spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"',
  ],
  [
    { hostNetwork: true, containers: [{ ...web, ports: [{ containerPort: 80, hostPort: 81 }] }] },
    'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
  ],
  [
    {
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'a', emptyDir: {} },
      ],
    },
    'spec.volumes[1].name: Duplicate value: "a"',
  ],
]);

accepts('sidecars and ports of init containers', podWith, [
  {
    initContainers: [
      { name: 'proxy', image: 'a', restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1 } } },
      { name: 'one', image: 'a', ports: [{ containerPort: 80, hostPort: 80 }] },
      { name: 'two', image: 'a', ports: [{ containerPort: 80, hostPort: 80 }] },
    ],
  },
  { hostNetwork: true, containers: [{ ...web, ports: [{ containerPort: 80 }] }] },
]);

refuses('DNS', podWith, [
  [
    { dnsPolicy: 'None' },
    'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
  ],
  [
    { dnsPolicy: 'None', dnsConfig: {} },
    'spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None',
  ],
  [
    { dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } },
    'spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"]: must not have more than 3 nameservers',
  ],
  [
    { dnsConfig: { options: [{ value: '1' }] } },
    'spec.dnsConfig.options[0]: Required value: must not be empty',
  ],
]);

refuses('gates', podWith, [
  [
    { readinessGates: [{ conditionType: 'a b' }] },
    "spec.readinessGates[0].conditionType: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ],
  [{ schedulingGates: [{ name: 'a' }, { name: 'a' }] }, 'spec.schedulingGates[1]: Duplicate value: "a"'],
  [
    { schedulingGates: [{ name: '' }] },
    'spec.schedulingGates[0]: Invalid value: "": name part must be non-empty',
  ],
]);

const at = 'spec.containers[0].resources';
const resources = (value: object): object => containerWith({ resources: value });

refuses('resources of containers', resources, [
  [
    { requests: { cpu: 2 }, limits: { cpu: '500m' } },
    `${at}.requests: Invalid value: "2": must be less than or equal to cpu limit of 500m`,
  ],
  [
    { requests: { memory: '-1' } },
    `${at}.requests[memory]: Invalid value: "-1": must be greater than or equal to 0`,
  ],
  [
    { limits: { disk: '1' } },
    `${at}.limits[disk]: Invalid value: "disk": must be a standard resource for containers`,
    `${at}.limits[disk]: Invalid value: "disk": must be a standard resource type or fully qualified`,
  ],
  [
    { requests: { 'nvidia.com/gpu': '1' } },
    `${at}.limits: Required value: Limit must be set for non overcommitable resources`,
  ],
  [
    { limits: { 'nvidia.com/gpu': '2' }, requests: { 'nvidia.com/gpu': '1' } },
    `${at}.requests: Invalid value: "1": must be equal to nvidia.com/gpu limit of 2`,
  ],
  [
    { limits: { 'nvidia.com/gpu': '500m' } },
    `${at}.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer`,
  ],
  [{ limits: { 'hugepages-2Mi': '2Mi' } }, `${at}: Forbidden: HugePages require cpu or memory`],
  [
    { limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } },
    `${at}.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
  ],
  [
    { claims: [{ name: 'gpu' }] },
    `${at}.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty`,
  ],
]);

accepts('requests up to their limits', resources, [
  { requests: { cpu: '1000m' }, limits: { cpu: 1 } },
  { requests: { memory: '1024Mi' }, limits: { memory: '1Gi' } },
  { requests: { cpu: '1', 'hugepages-2Mi': '4Mi' }, limits: { cpu: '1', 'hugepages-2Mi': '4Mi' } },
  { requests: { 'ephemeral-storage': '1Gi' } },
]);

const half = { ...web, resources: { requests: { cpu: '500m' }, limits: { cpu: '2' } } };

refuses('resources of pods', podWith, [
  [
    { resources: { requests: { cpu: '900m' } }, containers: [half, { ...half, name: 'b' }] },
    'spec.resources.requests[cpu]: Invalid value: "900m": must be greater than or equal to aggregate container requests of 1',
  ],
  [
    { resources: { limits: { cpu: '1' } }, containers: [half] },
    'spec.resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1',
  ],
  [
    { resources: { limits: { 'ephemeral-storage': '1' } } },
    'spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "memory"',
  ],
  [
    { resources: { claims: [{ name: 'a' }] } },
    'spec.resources.claims: Forbidden: claims cannot be set for Resources at pod-level',
  ],
  [
    { resourceClaims: [{ name: 'gpu' }] },
    'spec.resourceClaims[0]: Invalid value: {"name":"gpu"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
  ],
]);

test('annotations that change how pods are run', () => {
  const pod = (annotations: object): object => ({ ...podWith({}), metadata: { name: 'web', annotations } });
  const cost = 'controller.kubernetes.io/pod-deletion-cost';
  assert.deepEqual(causesOf(pod({ [cost]: '-10' })), []);
  assert.deepEqual(causesOf(pod({ [cost]: '1.5' })), [
    `metadata.annotations[${cost}]: Invalid value: "1.5": must be a 32bit integer`,
  ]);
  const armor = 'container.apparmor.security.beta.kubernetes.io/db';
  assert.deepEqual(causesOf(pod({ [armor]: 'runtime/default' })), [
    `metadata.annotations[${armor}]: Invalid value: "db": container not found`,
  ]);
});
