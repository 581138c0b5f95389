import { testConstraints } from './constraint-cases.ts';

const modes = 'supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"';
const driverRule = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;

testConstraints(
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  [
    [
      'no access mode',
      { spec: { accessModes: [] } },
      'spec.accessModes: Required value: at least 1 access mode is required',
    ],
    [
      'unknown access mode',
      { spec: { accessModes: ['RWO'] } },
      `spec.accessModes: Unsupported value: "RWO": ${modes}`,
    ],
    [
      'one pod and more',
      { spec: { accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] } },
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    ],
    [
      'no size',
      { spec: { resources: { requests: { storage: undefined } } } },
      'spec.resources[storage]: Required value',
    ],
    [
      'size of zero',
      { spec: { resources: { requests: { storage: '0' } } } },
      'spec.resources[storage]: Invalid value: "0": must be greater than zero',
    ],
    [
      'volume mode',
      { spec: { volumeMode: 'Tape' } },
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
    [
      'class name',
      { spec: { storageClassName: 'A' } },
      `spec.storageClassName: Invalid value: "A": ${driverRule}`,
    ],
    ['no class at all', { spec: { storageClassName: '' } }],
    [
      'source of the core group',
      { spec: { dataSource: { kind: 'Secret', name: 'a' } } },
      `spec.dataSource: Invalid value: "Secret": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
  },
  [
    ['no capacity', { spec: { capacity: undefined } }, 'spec.capacity: Required value'],
    [
      'other capacity',
      { spec: { capacity: { cpu: '1', storage: undefined } } },
      'spec.capacity: Unsupported value: {"cpu":"1"}: supported values: "storage"',
    ],
    [
      'capacity of zero',
      { spec: { capacity: { storage: '0' } } },
      'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
    ],
    ['no access mode', { spec: { accessModes: undefined } }, 'spec.accessModes: Required value'],
    ['no source', { spec: { hostPath: undefined } }, 'spec: Required value: must specify a volume type'],
    [
      'two sources',
      { spec: { nfs: { server: 'a', path: '/' } } },
      'spec.nfs: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'local without a node',
      { spec: { hostPath: undefined, local: { path: '/d' } } },
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
    [
      'affinity to nothing',
      { spec: { nodeAffinity: {} } },
      'spec.nodeAffinity.required: Required value: must specify required node constraints',
    ],
    [
      'recycling everything',
      { spec: { hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' } },
      "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
    ],
    [
      'reclaim policy',
      { spec: { persistentVolumeReclaimPolicy: 'Keep' } },
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Recycle", "Retain"',
    ],
    [
      'CSI without a handle',
      { spec: { hostPath: undefined, csi: { driver: 'd.example', volumeHandle: '' } } },
      'spec.csi.volumeHandle: Required value',
    ],
    [
      'CSI secrets',
      {
        spec: {
          hostPath: undefined,
          csi: { driver: 'd.example', volumeHandle: 'v', nodeStageSecretRef: { name: 'a' } },
        },
      },
      'spec.csi.nodeStageSecretRef.namespace: Required value',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast' },
    provisioner: 'disk.example/ssd',
  },
  [
    ['no provisioner', { provisioner: '' }, 'provisioner: Required value'],
    [
      'reclaim policy',
      { reclaimPolicy: 'Recycle' },
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
    ],
    [
      'binding mode',
      { volumeBindingMode: 'Later' },
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
    [
      'too many parameters',
      { parameters: Object.fromEntries(Array.from({ length: 513 }, (_, index) => [`k${index}`, 'v'])) },
      'parameters: Too long: may not be more than 512 bytes',
    ],
    [
      'an empty parameter',
      { parameters: { '': 'x' } },
      'parameters: Invalid value: "": field can not be empty.',
    ],
    [
      'a topology without values',
      { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [] }] }] },
      'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: 'disk.example' },
    spec: { attachRequired: true },
  },
  [
    [
      'lifecycle mode',
      { spec: { volumeLifecycleModes: ['Brief'] } },
      'spec.volumeLifecycleModes[0]: Unsupported value: "Brief": supported values: "Ephemeral", "Persistent"',
    ],
    [
      'a long name',
      { metadata: { name: 'a'.repeat(64) } },
      'metadata.name: Too long: may not be more than 63 bytes',
    ],
    [
      'a short token',
      { spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 60 }] } },
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
    [
      'an audience twice',
      { spec: { tokenRequests: [{ audience: 'a' }, { audience: 'a' }] } },
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: 'n1' },
    spec: { drivers: [{ name: 'd.example', nodeID: 'n1' }] },
  },
  [
    [
      'a driver twice',
      {
        spec: {
          drivers: [
            { name: 'd', nodeID: 'a' },
            { name: 'd', nodeID: 'b' },
          ],
        },
      },
      'spec.drivers[1].name: Duplicate value: "d"',
    ],
    [
      'no node id',
      { spec: { drivers: [{ name: 'd', nodeID: '' }] } },
      'spec.drivers[0].nodeID: Required value',
    ],
    [
      'a negative count',
      { spec: { drivers: [{ name: 'd', nodeID: 'a', allocatable: { count: -1 } }] } },
      'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
);

testConstraints(
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: 'a' },
    spec: { attacher: 'd.example', nodeName: 'n1', source: { persistentVolumeName: 'disk' } },
  },
  [
    [
      'no source',
      { spec: { source: { persistentVolumeName: undefined } } },
      'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
    ],
    ['no attacher', { spec: { attacher: '' } }, 'spec.attacher: Required value'],
  ],
);

testConstraints(
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name: 'fast' },
    driverName: 'd.example',
    parameters: { iops: '100' },
  },
  [
    [
      'no parameters',
      { parameters: undefined },
      'parameters: Required value: must contain at least one key/value pair',
    ],
  ],
);
