/** Every admission plugin, in Kubernetes' order. */
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts';
import { claimResize } from './claim-resize.ts';
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts';
import { defaultPriorityClass } from './default-priority-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitDefaults } from './limit-defaults.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use.ts';
import { taintNodesByCondition } from './taint-new-nodes.ts';

/** Those that may change an object, and those that look at a request whatever the object says. Before validation. */
export const mutatingPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitDefaults,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  runtimeClass,
  defaultIngressClass,
  podTopologyLabels,
];

/** Those that judge an object that is valid and complete. The quota comes last: it charges what all others let by. */
export const validatingPlugins: readonly AdmissionPlugin[] = [
  limitRanger,
  defaultPriorityClass,
  claimResize,
  certificateSubjectRestriction,
  podSecurity,
  resourceQuota,
];
