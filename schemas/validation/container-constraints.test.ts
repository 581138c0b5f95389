import { accepts, containerWith, podWith, refuses } from './constraint-trial.ts';

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const at = 'spec.containers[0]';

refuses('names, images and policies of containers', containerWith, [
  [{ name: '' }, `${at}.name: Required value`],
  [{ name: 'Web' }, `${at}.name: Invalid value: "Web": ${label}`],
  [{ image: '' }, `${at}.image: Required value`],
  [{ image: ' nginx' }, `${at}.image: Invalid value: " nginx": must not have leading or trailing whitespace`],
  [
    { imagePullPolicy: 'Sometimes' },
    `${at}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
  ],
  [
    { terminationMessagePolicy: 'Disk' },
    `${at}.terminationMessagePolicy: Unsupported value: "Disk": supported values: "File", "FallbackToLogsOnError"`,
  ],
]);

refuses('ports of containers', containerWith, [
  [{ ports: [{}] }, `${at}.ports[0].containerPort: Required value`],
  [{ ports: [{ containerPort: 0 }] }, `${at}.ports[0].containerPort: Required value`],
  [
    { ports: [{ containerPort: 65536 }] },
    `${at}.ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive`,
  ],
  [
    { ports: [{ containerPort: 80, hostPort: -1 }] },
    `${at}.ports[0].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive`,
  ],
  [
    { ports: [{ containerPort: 80, protocol: 'tcp' }] },
    `${at}.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"`,
  ],
  [
    {
      ports: [
        { containerPort: 80, name: 'http' },
        { containerPort: 81, name: 'http' },
      ],
    },
    `${at}.ports[1].name: Duplicate value: "http"`,
  ],
  [
    {
      ports: [
        { containerPort: 80, hostPort: 80 },
        { containerPort: 81, hostPort: 80, protocol: 'TCP' },
      ],
    },
    `${at}.ports[1].hostPort: Duplicate value: "TCP//80"`,
  ],
  [
    { ports: [{ containerPort: 80, name: 'a--b' }] },
    `${at}.ports[0].name: Invalid value: "a--b": must not contain consecutive hyphens`,
  ],
]);

accepts('ports that may share a number', containerWith, [
  {
    ports: [
      { containerPort: 80, hostPort: 80 },
      { containerPort: 80, hostPort: 80, protocol: 'UDP' },
    ],
  },
  {
    ports: [
      { containerPort: 80, hostPort: 80, hostIP: '10.0.0.1' },
      { containerPort: 81, hostPort: 80, hostIP: '10.0.0.2' },
    ],
  },
  { ports: [{ containerPort: 80, hostPort: 0 }] },
]);

refuses('probes', containerWith, [
  [{ livenessProbe: {} }, `${at}.livenessProbe: Required value: must specify a handler type`],
  [
    { livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 80 } } },
    `${at}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`,
  ],
  [
    { livenessProbe: { exec: { command: ['a'] }, successThreshold: 2 } },
    `${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
  ],
  [
    { startupProbe: { exec: { command: ['a'] }, successThreshold: 2 } },
    `${at}.startupProbe.successThreshold: Invalid value: 2: must be 1`,
  ],
  [{ readinessProbe: { exec: {} } }, `${at}.readinessProbe.exec.command: Required value`],
  [
    { readinessProbe: { grpc: { port: 0 } } },
    `${at}.readinessProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
  ],
  [
    { readinessProbe: { grpc: {} } },
    `${at}.readinessProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
  ],
  [
    { readinessProbe: { httpGet: { port: 80, scheme: 'http' } } },
    `${at}.readinessProbe.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"`,
  ],
  [
    { readinessProbe: { httpGet: { port: 'Http' } } },
    `${at}.readinessProbe.httpGet.port: Invalid value: "Http": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
  ],
  [
    { readinessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'X_A', value: '' }] } } },
    `${at}.readinessProbe.httpGet.httpHeaders: Invalid value: "X_A": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
  ],
  [
    { readinessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 1 } },
    `${at}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes`,
  ],
  [
    { livenessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 0 } },
    `${at}.livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0`,
  ],
  ...['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'failureThreshold'].map(
    (field) =>
      [
        { livenessProbe: { tcpSocket: { port: 80 }, [field]: -1 } },
        `${at}.livenessProbe.${field}: Invalid value: -1: must be greater than or equal to 0`,
      ] as const,
  ),
]);

refuses('lifecycle hooks', containerWith, [
  [{ lifecycle: { preStop: {} } }, `${at}.lifecycle.preStop: Required value: must specify a handler type`],
  [
    { lifecycle: { preStop: { sleep: { seconds: 31 } } } },
    `${at}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
  ],
  [
    { lifecycle: { postStart: { sleep: { seconds: -1 } } } },
    `${at}.lifecycle.postStart.sleep: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (30)`,
  ],
]);

accepts('hooks that end in time', containerWith, [
  { lifecycle: { preStop: { sleep: { seconds: 30 } } } },
  { lifecycle: { preStop: { sleep: { seconds: 0 } }, postStart: { exec: { command: ['a'] } } } },
]);

refuses('resize and restart policies', containerWith, [
  [
    { resizePolicy: [{ resourceName: 'disk', restartPolicy: 'Maybe' }] },
    `${at}.resizePolicy: Unsupported value: "Maybe": supported values: "NotRequired", "RestartContainer"`,
    `${at}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"`,
  ],
  [
    {
      resizePolicy: [
        { resourceName: 'cpu', restartPolicy: 'NotRequired' },
        { resourceName: 'cpu', restartPolicy: 'NotRequired' },
      ],
    },
    `${at}.resizePolicy[1]: Duplicate value: "cpu"`,
  ],
  [
    { restartPolicy: 'Maybe' },
    `${at}.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "Never", "OnFailure"`,
  ],
  [
    { restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] },
    `${at}.restartPolicy: Required value: must specify restartPolicy when restart rules are used`,
  ],
  [
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Stop', exitCodes: { operator: 'Is' } }] },
    `${at}.restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"`,
    `${at}.restartPolicyRules[0].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
  ],
  [
    { restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart' }] },
    `${at}.restartPolicyRules[0].exitCodes: Required value: must be specified`,
  ],
  [
    {
      restartPolicy: 'Never',
      restartPolicyRules: Array.from({ length: 21 }, () => ({
        action: 'Restart',
        exitCodes: { operator: 'In', values: [1] },
      })),
    },
    `${at}.restartPolicyRules: Too many: 21: must have at most 20 items`,
  ],
]);

refuses('resizing in pods that never restart', podWith, [
  [
    {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'web',
          image: 'nginx',
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }],
        },
      ],
    },
    `${at}.resizePolicy: Invalid value: "RestartContainer": must be 'NotRequired' when \`restartPolicy\` is 'Never'`,
  ],
]);

const debug = { name: 'debug', image: 'busybox' };
const forbidden = 'Forbidden: cannot be set for an Ephemeral Container';

refuses('ephemeral containers', (change) => podWith({ ephemeralContainers: [{ ...debug, ...change }] }), [
  [{ ports: [{ containerPort: 80 }] }, `spec.ephemeralContainers[0].ports: ${forbidden}`],
  [{ resources: { limits: { cpu: '1' } } }, `spec.ephemeralContainers[0].resources: ${forbidden}`],
  [{ livenessProbe: { tcpSocket: { port: 80 } } }, `spec.ephemeralContainers[0].livenessProbe: ${forbidden}`],
  [
    { lifecycle: { preStop: { exec: { command: ['a'] } } } },
    `spec.ephemeralContainers[0].lifecycle: ${forbidden}`,
  ],
  [{ restartPolicy: 'Always' }, `spec.ephemeralContainers[0].restartPolicy: ${forbidden}`],
  [{ name: 'web' }, 'spec.ephemeralContainers[0].name: Duplicate value: "web"'],
  [{ targetContainerName: 'db' }, 'spec.ephemeralContainers[0].targetContainerName: Not found: "db"'],
]);

accepts(
  'what ephemeral containers may have',
  (change) => podWith({ ephemeralContainers: [{ ...debug, ...change }] }),
  [{ targetContainerName: 'web', resources: {}, stdin: true, tty: true }],
);
