/** Kubernetes' rules of updates of pods and of the workloads that make them: which kind is judged by what. */
import { jobUpdate } from './job.ts';
import { podUpdate } from './pod.ts';
import {
  autoscalerUpdate,
  controllerRevisionUpdate,
  daemonSetUpdate,
  deploymentUpdate,
  disruptionBudgetUpdate,
  replicaSetUpdate,
  replicationControllerUpdate,
  statefulSetUpdate,
} from './replicated.ts';
import type { UpdateRules } from './update-rule.ts';

export const workloadUpdateRules: UpdateRules = {
  'v1/Pod': podUpdate,
  'v1/ReplicationController': replicationControllerUpdate,
  'apps/v1/ControllerRevision': controllerRevisionUpdate,
  'apps/v1/DaemonSet': daemonSetUpdate,
  'apps/v1/Deployment': deploymentUpdate,
  'apps/v1/ReplicaSet': replicaSetUpdate,
  'apps/v1/StatefulSet': statefulSetUpdate,
  'batch/v1/Job': jobUpdate,
  'autoscaling/v2/HorizontalPodAutoscaler': autoscalerUpdate,
  'policy/v1/PodDisruptionBudget': disruptionBudgetUpdate,
};
