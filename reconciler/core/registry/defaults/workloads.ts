/** Kubernetes' defaults of pods and of the workloads that make them: which kind is filled in by what. */
import { type Fields, fieldsOf, isFields } from '../../../../schemas/validation/loose.ts';
import type { KubeObject } from '../../model/object.ts';
import { filledAutoscaler } from './autoscalers.ts';
import type { Defaulter, Defaulters } from './defaulter.ts';
import { type Fill, inside } from './absent-fields.ts';
import { filledCronJob, filledJob, filledReplicationController } from './jobs.ts';
import { filledPodSpec, filledTemplate, withLabelKeys } from './pod-spec.ts';
import { filledDaemonSet, filledDeployment, filledReplicaSet, filledStatefulSet } from './replicated.ts';

/** Kinds are objects of known fields; here they are read as any struct. */
function asDefaulter(fill: Fill): Defaulter {
  return (object) => fill(object as unknown as Fields) as unknown as KubeObject;
}

function filledPod(pod: Fields): Fields {
  const filled = inside(pod, 'spec', filledPodSpec);
  const { labels, resourceVersion } = fieldsOf(pod['metadata']);
  if (resourceVersion !== undefined || !isFields(labels)) return filled;
  return inside(filled, 'spec', (spec) => withLabelKeys(spec, labels));
}

export const workloadDefaulters: Defaulters = {
  'v1/Pod': asDefaulter(filledPod),
  'v1/PodTemplate': asDefaulter((object) => inside(object, 'template', filledTemplate)),
  'v1/ReplicationController': asDefaulter(filledReplicationController),
  'apps/v1/Deployment': asDefaulter(filledDeployment),
  'apps/v1/ReplicaSet': asDefaulter(filledReplicaSet),
  'apps/v1/DaemonSet': asDefaulter(filledDaemonSet),
  'apps/v1/StatefulSet': asDefaulter(filledStatefulSet),
  'batch/v1/Job': asDefaulter(filledJob),
  'batch/v1/CronJob': asDefaulter(filledCronJob),
  'autoscaling/v2/HorizontalPodAutoscaler': asDefaulter(filledAutoscaler),
};
