/** Labels and annotations on sandboxes and containers, named as the kubelet names them, so that crictl and its kin read them. */
export const labels = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
  /** On all that the agent makes; what lacks it is somebody else's and is left alone. */
  managed: 'berth.dev/managed',
} as const;

export const annotations = {
  hash: 'io.kubernetes.container.hash',
  restartCount: 'io.kubernetes.container.restartCount',
  terminationGrace: 'io.kubernetes.pod.terminationGracePeriod',
  terminationMessagePath: 'io.kubernetes.container.terminationMessagePath',
  terminationMessagePolicy: 'io.kubernetes.container.terminationMessagePolicy',
  backoffMs: 'berth.dev/restart-backoff-ms',
} as const;
