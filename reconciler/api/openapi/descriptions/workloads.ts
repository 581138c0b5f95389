/** Deployments and their kin, jobs, budgets, autoscalers. */
import { apps, autoscaling, batch, policy } from '../../../../schemas/validation/definition-names.ts';
import type { Descriptions } from './texts.ts';

const minReadySeconds = 'Seconds that a new pod must be ready to count as available.';
const revisionHistoryLimit = 'How many former revisions are kept.';
const replicas = 'How many pods there should be; 1 unless given.';
const selector = 'Pods that belong to it, by labels. It must select what the template makes.';
const strategy = 'How pods are replaced by newer ones.';

export const workloadDescriptions: Descriptions = {
  [apps('DeploymentSpec')]: {
    self: 'What a Deployment should do.',
    fields: {
      minReadySeconds,
      paused: 'While true, changes are not rolled out.',
      progressDeadlineSeconds: 'Seconds without progress after which a rollout counts as stuck.',
      replicas,
      revisionHistoryLimit,
      selector,
      strategy,
    },
  },
  [apps('DeploymentStrategy')]: {
    self: strategy,
    fields: {
      rollingUpdate: 'Bounds of a rolling update.',
      type: 'RollingUpdate, or Recreate to end all pods first.',
    },
  },
  [apps('RollingUpdateDeployment')]: {
    self: 'Bounds of a rolling update.',
    fields: {
      maxSurge: 'Pods above the wanted number, as a number or a share.',
      maxUnavailable: 'Pods that may be unavailable, as a number or a share.',
    },
  },
  [apps('ReplicaSetSpec')]: {
    self: 'What a ReplicaSet should do.',
    fields: { minReadySeconds, replicas, selector },
  },
  [apps('StatefulSetSpec')]: {
    self: 'What a StatefulSet should do.',
    fields: {
      minReadySeconds,
      ordinals: 'Where the numbering of pods begins.',
      persistentVolumeClaimRetentionPolicy: 'What becomes of claims whose pods have gone.',
      podManagementPolicy: 'OrderedReady, or Parallel to start and end all at once.',
      replicas,
      revisionHistoryLimit,
      selector,
      serviceName: 'Service that gives the pods their names.',
      updateStrategy: strategy,
      volumeClaimTemplates: 'Claims that are made for each pod.',
    },
  },
  [apps('DaemonSetSpec')]: {
    self: 'What a DaemonSet should do.',
    fields: { minReadySeconds, revisionHistoryLimit, selector, updateStrategy: strategy },
  },
  [batch('JobSpec')]: {
    self: 'What a Job should do.',
    fields: {
      activeDeadlineSeconds: 'Seconds after which the job is ended.',
      backoffLimit: 'Failures after which the job fails; 6 unless given.',
      backoffLimitPerIndex: 'Failures of one index after which it fails.',
      completionMode: 'NonIndexed, or Indexed to give each pod a number.',
      completions: 'Pods that must succeed.',
      manualSelector: 'Whether the selector is given by hand.',
      maxFailedIndexes: 'Failed indexes after which the job fails.',
      parallelism: 'Pods that run at the same time.',
      podFailurePolicy: 'What becomes of which failure.',
      podReplacementPolicy: 'When an ending pod is replaced.',
      successPolicy: 'When the job counts as done before all have succeeded.',
      suspend: 'While true, no pods run.',
      ttlSecondsAfterFinished: 'Seconds after its end at which the job is deleted.',
    },
  },
  [batch('CronJobSpec')]: {
    self: 'What a CronJob should do.',
    fields: {
      concurrencyPolicy: 'Whether jobs may overlap: Allow, Forbid or Replace.',
      failedJobsHistoryLimit: 'Failed jobs that are kept.',
      jobTemplate: 'What jobs look like.',
      schedule: 'When jobs are started, as a cron expression.',
      startingDeadlineSeconds: 'Seconds by which a job may start late.',
      successfulJobsHistoryLimit: 'Jobs with success that are kept.',
      suspend: 'While true, no jobs are started.',
      timeZone: 'Time zone of the schedule.',
    },
  },
  [policy('PodDisruptionBudgetSpec')]: {
    self: 'How many pods may be taken down at the same time.',
    fields: {
      maxUnavailable: 'Pods that may be unavailable, as a number or a share.',
      minAvailable: 'Pods that must stay available, as a number or a share.',
      unhealthyPodEvictionPolicy: 'Whether pods that are not ready may be evicted at any time.',
    },
  },
  [autoscaling('HorizontalPodAutoscalerSpec')]: {
    self: 'How many pods there should be under which load.',
    fields: {
      behavior: 'How fast the number changes.',
      maxReplicas: 'Most pods.',
      metrics: 'What is measured, and what it should be.',
      minReplicas: 'Fewest pods; 1 unless given.',
      scaleTargetRef: 'What is scaled.',
    },
  },
};
