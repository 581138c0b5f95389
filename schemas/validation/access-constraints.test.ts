import { testConstraints } from './constraint-cases.ts';

const group = 'rbac.authorization.k8s.io';
const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };

testConstraints(
  {
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name: 'system:reader', namespace: 'shop' },
    rules: [rule],
  },
  [
    [
      'no verbs',
      { rules: [{ ...rule, verbs: [] }] },
      'rules[0].verbs: Required value: verbs must contain at least one value',
    ],
    [
      'no groups',
      { rules: [{ ...rule, apiGroups: [] }] },
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    ],
    [
      'no resources',
      { rules: [{ ...rule, resources: undefined }] },
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
    [
      'paths in a namespace',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] },
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    ],
    ['name', { metadata: { name: 'a/b' } }, `metadata.name: Invalid value: "a/b": may not contain '/'`],
  ],
);

testConstraints(
  {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'reader' },
    rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
  },
  [
    [
      'paths and resources',
      { rules: [{ ...rule, nonResourceURLs: ['/x'] }] },
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
    [
      'aggregation of nothing',
      { aggregationRule: {} },
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  ],
);

const roleRef = { apiGroup: group, kind: 'Role', name: 'reader' };
testConstraints(
  {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'reader', namespace: 'shop' },
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: 'web' }],
  },
  [
    [
      'group',
      { roleRef: { apiGroup: 'x' } },
      `roleRef.apiGroup: Unsupported value: "x": supported values: "${group}"`,
    ],
    [
      'kind',
      { roleRef: { kind: 'Rule' } },
      'roleRef.kind: Unsupported value: "Rule": supported values: "ClusterRole", "Role"',
    ],
    ['no name', { roleRef: { name: '' } }, 'roleRef.name: Required value'],
    [
      'subject of no kind',
      { subjects: [{ kind: 'Robot', name: 'r' }] },
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    [
      'an account with a group',
      { subjects: [{ kind: 'ServiceAccount', name: 'web', apiGroup: group }] },
      `subjects[0].apiGroup: Unsupported value: "${group}": supported values: ""`,
    ],
    [
      'a user of another group',
      { subjects: [{ kind: 'User', name: 'jane', apiGroup: 'x' }] },
      `subjects[0].apiGroup: Unsupported value: "x": supported values: "${group}"`,
    ],
    [
      'a subject without a name',
      { subjects: [{ kind: 'Group', name: '' }] },
      'subjects[0].name: Required value',
    ],
  ],
);

testConstraints(
  {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'reader' },
    roleRef: { ...roleRef, kind: 'ClusterRole' },
    subjects: [{ kind: 'User', name: 'jane' }],
  },
  [
    [
      'a role of a namespace',
      { roleRef: { kind: 'Role' } },
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    ],
    [
      'an account without a namespace',
      { subjects: [{ kind: 'ServiceAccount', name: 'web' }] },
      'subjects[0].namespace: Required value',
    ],
  ],
);

const request = Buffer.from(
  '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n',
).toString('base64');
const wrong = Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n').toString(
  'base64',
);

testConstraints(
  {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'jane' },
    spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
  },
  [
    [
      'no request',
      { spec: { request: wrong } },
      `spec.request: Invalid value: "${wrong}": PEM block type must be CERTIFICATE REQUEST`,
    ],
    ['no usages', { spec: { usages: [] } }, 'spec.usages: Required value'],
    [
      'a usage twice',
      { spec: { usages: ['client auth', 'client auth'] } },
      'spec.usages[1]: Duplicate value: "client auth"',
    ],
    [
      'too short',
      { spec: { expirationSeconds: 599 } },
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
    ],
    ['no signer', { spec: { signerName: '' } }, 'spec.signerName: Required value'],
    [
      'a signer without a domain',
      { spec: { signerName: 'me' } },
      `spec.signerName: Invalid value: "me": must be a fully qualified domain and path of the form 'example.com/signer-name'`,
    ],
    [
      'a signer of one label',
      { spec: { signerName: 'local/me' } },
      'spec.signerName: Invalid value: "local": should be a domain with at least two segments separated by dots',
    ],
    [
      'the legacy signer',
      { spec: { signerName: 'kubernetes.io/legacy-unknown' } },
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
    [
      'both verdicts',
      {
        status: {
          conditions: [
            { type: 'Approved', status: 'True' },
            { type: 'Denied', status: 'True' },
          ],
        },
      },
      'status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
    ],
    [
      'half a verdict',
      { status: { conditions: [{ type: 'Approved', status: 'False' }] } },
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
    ],
  ],
);
