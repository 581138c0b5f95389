/** `group/Kind` of what admission reads: once a commit has written one, it counts for the rest of the commit. */
export const consultedKinds: ReadonlySet<string> = new Set([
  '/LimitRange',
  '/Namespace',
  '/ResourceQuota',
  '/ServiceAccount',
  'networking.k8s.io/IngressClass',
  'node.k8s.io/RuntimeClass',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
]);
