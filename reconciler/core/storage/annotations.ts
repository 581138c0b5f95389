/** What Kubernetes' storage controllers write on volumes and claims. */

/** On a claim whose binding is complete, and never taken off: from then on a missing volume is a loss. */
export const bindCompletedAnnotation = 'pv.kubernetes.io/bind-completed';
/** On the side of a binding that the controller chose, and may take back. */
export const boundByControllerAnnotation = 'pv.kubernetes.io/bound-by-controller';
/** On a volume: who made it, and has to delete it. */
export const provisionedByAnnotation = 'pv.kubernetes.io/provisioned-by';
/** On a claim: the node that the scheduler chose for its first pod. */
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';
/** On a claim: who has to make its volume. The beta name is what older provisioners look for. */
export const storageProvisionerAnnotations = [
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
] as const;

export const claimProtectionFinalizer = 'kubernetes.io/pvc-protection';
export const volumeProtectionFinalizer = 'kubernetes.io/pv-protection';

/** The name of the class that provisions nothing: its volumes are made by hand. */
export const noProvisioner = 'kubernetes.io/no-provisioner';
