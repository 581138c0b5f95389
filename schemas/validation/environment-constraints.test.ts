import { accepts, containerWith, refuses, volumeWith } from './constraint-trial.ts';

const at = 'spec.containers[0]';
const fields =
  '"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"';
const resources =
  '"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"';
const bytes = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

const fromField = (fieldRef: object): object =>
  containerWith({ env: [{ name: 'A', valueFrom: { fieldRef } }] });
const fromResource = (resourceFieldRef: object): object =>
  containerWith({ env: [{ name: 'A', valueFrom: { resourceFieldRef } }] });

refuses('variables and their sources', containerWith, [
  [{ env: [{ name: '' }] }, `${at}.env[0].name: Required value`],
  [
    { env: [{ name: 'A=B' }] },
    `${at}.env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='`,
  ],
  [
    { env: [{ name: 'A', valueFrom: {} }] },
    `${at}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\` or \`secretKeyRef\``,
  ],
  [
    { env: [{ name: 'A', value: 'b', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
    `${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
  ],
  [
    {
      env: [
        {
          name: 'A',
          valueFrom: { secretKeyRef: { name: 'a', key: 'b' }, configMapKeyRef: { name: 'a', key: 'b' } },
        },
      ],
    },
    `${at}.env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time`,
  ],
  [
    { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'b c' } } }] },
    `${at}.env[0].valueFrom.secretKeyRef.key: Invalid value: "b c": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
  ],
  [
    { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'a', key: '' } } }] },
    `${at}.env[0].valueFrom.configMapKeyRef.key: Required value`,
  ],
  [
    { envFrom: [{}] },
    `${at}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``,
  ],
  [
    { envFrom: [{ configMapRef: { name: 'a' }, secretRef: { name: 'a' } }] },
    `${at}.envFrom: Invalid value: "": may not have more than one field specified at a time`,
  ],
  [{ envFrom: [{ configMapRef: {} }] }, `${at}.envFrom[0].configMapRef.name: Required value`],
]);

refuses('fields of the pod', fromField, [
  [{ fieldPath: '' }, `${at}.env[0].valueFrom.fieldRef.fieldPath: Required value`],
  [
    { fieldPath: 'spec.hostname' },
    `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.hostname": error converting fieldPath: field label not supported: spec.hostname`,
  ],
  [
    { fieldPath: 'metadata.name', apiVersion: 'v2' },
    `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.name": error converting fieldPath: unsupported pod version: v2`,
  ],
  [
    { fieldPath: 'metadata.labels' },
    `${at}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: ${fields}`,
  ],
  [
    { fieldPath: 'status.phase' },
    `${at}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: ${fields}`,
  ],
  [
    { fieldPath: "metadata.name['a']" },
    `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.name['a']": error converting fieldPath: field label does not support subscript: metadata.name['a']`,
  ],
]);

accepts(
  'every field that the downward API gives',
  fromField,
  [
    'metadata.name',
    'metadata.namespace',
    'metadata.uid',
    'spec.nodeName',
    'spec.serviceAccountName',
    'status.hostIP',
    'status.hostIPs',
    'status.podIP',
    'status.podIPs',
    "metadata.labels['app.kubernetes.io/name']",
    "metadata.annotations['Example.com/Key']",
  ].map((fieldPath) => ({ fieldPath })),
);

refuses('resources of a container', fromResource, [
  [{ resource: '' }, `${at}.env[0].valueFrom.resourceFieldRef.resource: Required value`],
  [
    { resource: 'limits.disk' },
    `${at}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.disk": supported values: ${resources}`,
  ],
  [
    { resource: 'limits.cpu', divisor: '2' },
    `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
  ],
  [
    { resource: 'requests.memory', divisor: '3' },
    `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "requests.memory": only divisor's values ${bytes} are supported with the memory resource`,
  ],
  [
    { resource: 'limits.ephemeral-storage', divisor: '1m' },
    `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.ephemeral-storage": only divisor's values ${bytes} are supported with the local ephemeral storage resource`,
  ],
  [
    { resource: 'limits.hugepages-2Mi', divisor: '3' },
    `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.hugepages-2Mi": only divisor's values ${bytes} are supported with the hugepages resource`,
  ],
]);

accepts('resources with their divisors', fromResource, [
  { resource: 'limits.cpu' },
  { resource: 'limits.cpu', divisor: '1m' },
  { resource: 'requests.memory', divisor: '1Mi' },
  { resource: 'requests.memory', divisor: '0' },
  { resource: 'requests.hugepages-1Gi', divisor: '1' },
]);

refuses('files of the downward API', (file) => volumeWith({ downwardAPI: { items: [file] } }), [
  [
    { path: 'a' },
    'spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
  ],
  [
    { path: '..a', fieldRef: { fieldPath: 'metadata.name' } },
    `spec.volumes[0].downwardAPI.path: Invalid value: "..a": must not start with '..'`,
  ],
  [
    { path: 'a', fieldRef: { fieldPath: 'spec.nodeName' } },
    'spec.volumes[0].downwardAPI.items[0].fieldRef.fieldPath: Unsupported value: "spec.nodeName": supported values: "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
  ],
  [
    { path: 'a', resourceFieldRef: { resource: 'limits.cpu' } },
    'spec.volumes[0].downwardAPI.items[0].resourceFieldRef.containerName: Required value',
  ],
  [
    {
      path: 'a',
      fieldRef: { fieldPath: 'metadata.name' },
      resourceFieldRef: { containerName: 'web', resource: 'limits.cpu' },
    },
    'spec.volumes[0].downwardAPI: Invalid value: "resource": fieldRef and resourceFieldRef can not be specified simultaneously',
  ],
  [
    { path: 'a', mode: 512, fieldRef: { fieldPath: 'metadata.labels' } },
    'spec.volumes[0].downwardAPI.items[0].mode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
  ],
]);
