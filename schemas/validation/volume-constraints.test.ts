import { accepts, refuses, volumeWith } from './constraint-trial.ts';

const at = 'spec.volumes[0]';
const mode = 'must be a number between 0 and 0777 (octal), both inclusive';

refuses('sources of volumes', volumeWith, [
  [{}, `${at}: Required value: must specify a volume type`],
  [
    { emptyDir: {}, hostPath: { path: '/a' } },
    `${at}.hostPath: Forbidden: may not specify more than 1 volume type`,
  ],
  [
    { emptyDir: { sizeLimit: '-1' } },
    `${at}.emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity`,
  ],
  [{ hostPath: { path: '' } }, `${at}.hostPath.path: Required value`],
  [{ hostPath: { path: '/a/../b' } }, `${at}.hostPath.path: Invalid value: "/a/../b": must not contain '..'`],
  [
    { hostPath: { path: '/a', type: 'Folder' } },
    `${at}.hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"`,
  ],
  [{ configMap: {} }, `${at}.configMap.name: Required value`],
  [
    { configMap: { name: 'a', defaultMode: 512 } },
    `${at}.configMap.defaultMode: Invalid value: 512: ${mode}`,
  ],
  [{ secret: {} }, `${at}.secret.secretName: Required value`],
  [
    { secret: { secretName: 'a', items: [{ key: 'a', path: '..a', mode: -1 }] } },
    `${at}.secret.items[0].mode: Invalid value: -1: ${mode}`,
    `${at}.secret.items[0].path: Invalid value: "..a": must not start with '..'`,
  ],
  [
    { configMap: { name: 'a', items: [{ key: '', path: '/a' }] } },
    `${at}.configMap.items[0].key: Required value`,
    `${at}.configMap.items[0].path: Invalid value: "/a": must be a relative path`,
  ],
  [{ persistentVolumeClaim: {} }, `${at}.persistentVolumeClaim.claimName: Required value`],
  [{ ephemeral: {} }, `${at}.ephemeral.volumeClaimTemplate: Required value`],
  [{ csi: { driver: '' } }, `${at}.csi.driver: Required value`],
  [{ csi: { driver: 'a', nodePublishSecretRef: {} } }, `${at}.csi.nodePublishSecretRef.name: Required value`],
  [{ csi: { driver: 'a'.repeat(64) } }, `${at}.csi.driver: Too long: may not be more than 63 bytes`],
  [{ image: {} }, `${at}.image.reference: Required value`],
  [
    { image: { reference: 'a', pullPolicy: 'Maybe' } },
    `${at}.image.pullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"`,
  ],
]);

const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

refuses(
  'claim templates of volumes',
  (metadata) => volumeWith({ ephemeral: { volumeClaimTemplate: { metadata, spec: claim } } }),
  [
    [{ name: 'a' }, `${at}.ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set`],
    [
      { finalizers: ['a.b/c'] },
      `${at}.ephemeral.volumeClaimTemplate.metadata.finalizers: Forbidden: cannot be set`,
    ],
  ],
);

const projected = (source: object): object => volumeWith({ projected: { sources: [source] } });

refuses('projected sources', projected, [
  [{ secret: {} }, `${at}.projected.sources[0].secret.name: Required value`],
  [
    { secret: { name: 'a' }, configMap: { name: 'a' } },
    `${at}.projected.sources[0]: Forbidden: may not specify more than 1 volume type per source`,
  ],
  [{ serviceAccountToken: { path: '' } }, `${at}.projected.path: Required value`],
  [
    { serviceAccountToken: { path: '../a' } },
    `${at}.projected.path: Invalid value: "../a": must not contain '..'`,
  ],
  [
    { serviceAccountToken: { path: 'a', expirationSeconds: 599 } },
    `${at}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes`,
  ],
  [
    { serviceAccountToken: { path: 'a', expirationSeconds: 4294967297 } },
    `${at}.projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds`,
  ],
  [
    {
      configMap: {
        name: 'a',
        items: [
          { key: 'a', path: 'x' },
          { key: 'b', path: 'x' },
        ],
      },
    },
    `${at}.projected: Invalid value: "a": conflicting duplicate paths`,
  ],
  [
    { downwardAPI: { items: [{ path: 'a' }] } },
    `${at}.projected.sources[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required`,
  ],
  [
    { clusterTrustBundle: { path: 'a' } },
    `${at}.projected.sources[0].clusterTrustBundle: Required value: either name or signerName must be specified`,
  ],
  [
    { clusterTrustBundle: { path: 'a', name: '' } },
    `${at}.projected.sources[0].clusterTrustBundle.name: Required value: must be a valid object name`,
  ],
]);

accepts('a service account token beside the cluster CA', (sources) => volumeWith({ projected: sources }), [
  {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ],
  },
]);

refuses('volumes over the network', volumeWith, [
  [{ nfs: {} }, `${at}.nfs.path: Required value`, `${at}.nfs.server: Required value`],
  [{ nfs: { server: 'a', path: 'b' } }, `${at}.nfs.path: Invalid value: "b": must be an absolute path`],
  [
    { iscsi: { targetPortal: 'a', iqn: 'disk', lun: 256 } },
    `${at}.iscsi.iqn: Invalid value: "disk": must be valid format starting with iqn, eui, or naa`,
    `${at}.iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive`,
  ],
  [
    { iscsi: { targetPortal: 'a', iqn: 'iqn.bad', lun: 0, chapAuthSession: true } },
    `${at}.iscsi.iqn: Invalid value: "iqn.bad": must be valid format`,
    `${at}.iscsi.secretRef: Required value`,
  ],
  [{ fc: {} }, `${at}.fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both`],
  [{ fc: { targetWWNs: ['a'] } }, `${at}.fc.lun: Required value: lun is required if targetWWNs is specified`],
  [{ rbd: {} }, `${at}.rbd.image: Required value`, `${at}.rbd.monitors: Required value`],
  [{ cephfs: { monitors: [] } }, `${at}.cephfs.monitors: Required value`],
  [{ glusterfs: {} }, `${at}.glusterfs.endpoints: Required value`, `${at}.glusterfs.path: Required value`],
  [{ flocker: {} }, `${at}.flocker: Required value: one of datasetName and datasetUUID is required`],
  [
    { flocker: { datasetName: 'a/b' } },
    `${at}.flocker.datasetName: Invalid value: "a/b": must not contain '/'`,
  ],
  [
    { azureDisk: { diskName: 'a', diskURI: 'b', kind: 'Big', cachingMode: 'Some' } },
    `${at}.azureDisk.cachingMode: Unsupported value: "Some": supported values: "None", "ReadOnly", "ReadWrite"`,
    `${at}.azureDisk.diskURI: Unsupported value: "b": supported values: "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"`,
    `${at}.azureDisk.kind: Unsupported value: "Big": supported values: "Dedicated", "Managed", "Shared"`,
  ],
  [
    { azureFile: {} },
    `${at}.azureFile.secretName: Required value`,
    `${at}.azureFile.shareName: Required value`,
  ],
  [
    { gcePersistentDisk: { pdName: 'a', partition: 256 } },
    `${at}.gcePersistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive`,
  ],
  [{ awsElasticBlockStore: {} }, `${at}.awsElasticBlockStore.volumeID: Required value`],
  [{ gitRepo: {} }, `${at}.gitRepo.repository: Required value`],
  [{ cinder: { volumeID: 'a', secretRef: {} } }, `${at}.cinder.secretRef.name: Required value`],
  [
    { flexVolume: { driver: 'a', options: { 'kubernetes.io/b': 'c' } } },
    `${at}.flexVolume.options[kubernetes.io/b]: Invalid value: "kubernetes.io/b": kubernetes.io and k8s.io namespaces are reserved`,
  ],
  [{ vsphereVolume: {} }, `${at}.vsphereVolume.volumePath: Required value`],
  [{ photonPersistentDisk: {} }, `${at}.photonPersistentDisk.pdID: Required value`],
  [{ portworxVolume: {} }, `${at}.portworxVolume.volumeID: Required value`],
  [{ storageos: {} }, `${at}.storageos.volumeName: Required value`],
  [
    { quobyte: { registry: 'a', volume: 'b' } },
    `${at}.quobyte.registry: Invalid value: "a": must be a host:port pair or multiple pairs separated by commas`,
  ],
]);

accepts('good volumes over the network', volumeWith, [
  { nfs: { server: 'a', path: '/b' } },
  { iscsi: { targetPortal: 'a', iqn: 'iqn.2015-06.com.example:storage.disk1', lun: 0 } },
  { fc: { targetWWNs: ['a'], lun: 1 } },
  { rbd: { monitors: ['a'], image: 'b' } },
  { quobyte: { registry: 'a:1,b:2', volume: 'c' } },
  { azureDisk: { diskName: 'a', diskURI: 'https://a.blob.core.windows.net/b/c.vhd', kind: 'Shared' } },
]);
