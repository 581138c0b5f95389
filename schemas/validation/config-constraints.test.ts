import { testConstraints } from './constraint-cases.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

testConstraints({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'b' } }, [
  [
    'a key in both maps',
    { binaryData: { a: 'YQ==' } },
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ],
  ['a key that climbs', { data: { '..': 'x' } }, `data[..]: Invalid value: "..": must not be '..'`],
  ['binary data counts decoded', { binaryData: { b: base64('x'.repeat(1_000_000)) } }],
  [
    'too much of it',
    { binaryData: { b: base64('x'.repeat(1024 * 1024)) } },
    ': Too long: may not be more than 1048576 bytes',
  ],
]);

const typed = (type: string, data: object = {}): object => ({ type: `kubernetes.io/${type}`, data });
testConstraints({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }, [
  ['tls without keys', typed('tls'), 'data[tls.crt]: Required value', 'data[tls.key]: Required value'],
  ['ssh without a key', typed('ssh-auth'), 'data[ssh-privatekey]: Required value'],
  [
    'basic auth of nobody',
    typed('basic-auth'),
    'data[password]: Required value',
    'data[username]: Required value',
  ],
  ['basic auth without a password', typed('basic-auth', { username: 'YQ==' })],
  ['docker configuration', typed('dockerconfigjson'), 'data[.dockerconfigjson]: Required value'],
  [
    'docker configuration that is empty',
    typed('dockerconfigjson', { '.dockerconfigjson': '' }),
    'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": unexpected end of JSON input',
  ],
  [
    'docker configuration that is no JSON',
    typed('dockercfg', { '.dockercfg': base64('x') }),
    `data[.dockercfg]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
  ],
  [
    'docker configuration that is a list',
    typed('dockercfg', { '.dockercfg': base64('[]') }),
    'data[.dockercfg]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}',
  ],
  [
    'docker configuration in plain text',
    { ...typed('dockerconfigjson'), stringData: { '.dockerconfigjson': '{}' } },
  ],
  [
    'a token of nobody',
    typed('service-account-token'),
    'metadata.annotations[kubernetes.io/service-account.name]: Required value',
  ],
  [
    'too much',
    { data: { a: base64('x'.repeat(1024 * 1024 + 1)) } },
    'data: Too long: may not be more than 1048576 bytes',
  ],
]);

testConstraints(
  {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'a', namespace: 'shop' },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'shop' },
  },
  [
    [
      'of another namespace',
      { involvedObject: { namespace: 'other' } },
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ],
    ['of the cluster', { metadata: { namespace: 'default' }, involvedObject: { namespace: undefined } }],
    [
      'with a time, by nobody',
      { eventTime: '2026-01-01T00:00:00.000000Z' },
      'action: Required value',
      'reason: Required value',
      'reportingComponent: Required value',
      'reportingInstance: Required value',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'a', namespace: 'shop' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    regarding: { kind: 'Pod', name: 'web', namespace: 'shop' },
    type: 'Normal',
    reason: 'Made',
    action: 'Make',
    reportingController: 'a.b/c',
    reportingInstance: 'c-1',
  },
  [
    ['unknown type', { type: 'Odd' }, 'type: Invalid value: "": has invalid value'],
    ['a count', { deprecatedCount: 3 }, 'count: Invalid value: "": needs to be unset'],
    ['a source', { deprecatedSource: { component: 'x' } }, 'source: Invalid value: "": needs to be unset'],
    [
      'a long note',
      { note: 'x'.repeat(1025) },
      'message: Invalid value: "": can have at most 1024 characters',
    ],
  ],
);

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: 'u', controller: true };
testConstraints({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a' } }, [
  [
    'two controllers',
    { metadata: { ownerReferences: [owner, { ...owner, name: 'b' }] } },
    'metadata.ownerReferences: Invalid value: [{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"a","uid":"u","controller":true},{"apiVersion":"apps/v1","kind":"Rep…: Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/a and ReplicaSet/b',
  ],
  [
    'an owner without a uid',
    { metadata: { ownerReferences: [{ ...owner, uid: '' }] } },
    'metadata.ownerReferences[0].uid: Invalid value: "": must not be empty',
  ],
  [
    'a finalizer without a domain',
    { metadata: { finalizers: ['mine'] } },
    'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    'contrary finalizers',
    { metadata: { finalizers: ['orphan', 'foregroundDeletion'] } },
    'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
  ],
  [
    'an unknown operation',
    { metadata: { managedFields: [{ operation: 'Patch', manager: 'a' }] } },
    'metadata.managedFields[0].operation: Invalid value: "Patch": must be `Apply` or `Update`',
  ],
  [
    'a long manager',
    { metadata: { managedFields: [{ operation: 'Apply', manager: 'a'.repeat(129) }] } },
    'metadata.managedFields[0].manager: Too long: may not be more than 128 bytes',
  ],
]);
