/** Facts of the workloads that keep pods running. */
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod, ReplicationController } from '../../schemas/kubernetes/types/core-v1.ts';
import type { KubeObject } from '../../reconciler/core/model/object.ts';
import { conditionFacts, ownerFacts } from './fact-lines.ts';
import { jobPodFacts } from './facts-jobs.ts';

const revision = 'deployment.kubernetes.io/revision';

/** The Deployment's status in one line. */
function deploymentCounts({ status = {} }: Deployment): string {
  const {
    replicas = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
    unavailableReplicas = 0,
  } = status;
  return `status: ${replicas} pods, ${updatedReplicas} updated, ${readyReplicas} ready, ${availableReplicas} available, ${unavailableReplicas} unavailable`;
}

function setFacts({ status }: ReplicaSet | ReplicationController): string[] {
  return [
    `status: ${status?.replicas ?? 0} pods, ${status?.readyReplicas ?? 0} ready, ${status?.availableReplicas ?? 0} available`,
    ...conditionFacts(status?.conditions, false),
  ];
}

function statefulSetFacts({ spec, status }: StatefulSet): string[] {
  const {
    replicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
    currentReplicas = 0,
    updatedReplicas = 0,
  } = status ?? {};
  return [
    `replicas: ${spec?.replicas ?? 1}`,
    `image: ${spec?.template.spec?.containers[0]?.image ?? '-'}`,
    `status: ${replicas} pods, ${readyReplicas} ready, ${availableReplicas} available, ${currentReplicas} current, ${updatedReplicas} updated`,
    `current revision: ${status?.currentRevision ?? '-'}`,
    `update revision: ${status?.updateRevision ?? '-'}`,
    ...((status?.collisionCount ?? 0) === 0 ? [] : [`hash collisions: ${status?.collisionCount}`]),
  ];
}

function daemonSetFacts({ spec, status }: DaemonSet): string[] {
  const {
    desiredNumberScheduled = 0,
    currentNumberScheduled = 0,
    numberReady = 0,
    updatedNumberScheduled = 0,
    numberAvailable = 0,
    numberUnavailable = 0,
    numberMisscheduled = 0,
  } = status ?? {};
  return [
    `image: ${spec?.template.spec?.containers[0]?.image ?? '-'}`,
    `status: ${desiredNumberScheduled} desired, ${currentNumberScheduled} current, ${numberReady} ready, ${updatedNumberScheduled} updated, ${numberAvailable} available, ${numberUnavailable} unavailable, ${numberMisscheduled} misscheduled`,
    ...(status?.collisionCount === undefined ? [] : [`hash collisions: ${status.collisionCount}`]),
  ];
}

export const workloadFacts: Readonly<Record<string, (object: KubeObject) => readonly string[]>> = {
  Deployment: (object) => {
    const deployment = object as Deployment;
    const { metadata, spec, status } = deployment;
    return [
      `replicas: ${spec?.replicas ?? 1}`,
      `image: ${spec?.template.spec?.containers[0]?.image ?? '-'}`,
      `revision: ${metadata.annotations?.[revision] ?? '-'}`,
      deploymentCounts(deployment),
      ...(status?.collisionCount === undefined ? [] : [`hash collisions: ${status.collisionCount}`]),
      ...conditionFacts(status?.conditions, false),
    ];
  },
  ReplicaSet: (object) => {
    const set = object as ReplicaSet;
    return [
      `replicas: ${set.spec?.replicas ?? 1}`,
      `revision: ${set.metadata.annotations?.[revision] ?? '-'}`,
      ...setFacts(set),
      ...ownerFacts(object),
    ];
  },
  ReplicationController: (object) => {
    const controller = object as ReplicationController;
    return [`replicas: ${controller.spec?.replicas ?? 1}`, ...setFacts(controller)];
  },
  StatefulSet: (object) => statefulSetFacts(object as StatefulSet),
  DaemonSet: (object) => daemonSetFacts(object as DaemonSet),
  ControllerRevision: (object) => [
    `revision: ${(object as ControllerRevision).revision}`,
    ...ownerFacts(object),
  ],
  Pod: (object) => {
    const { metadata, spec, status } = object as Pod;
    // Which of several revisions of one owner it is.
    const image =
      metadata.labels?.['controller-revision-hash'] === undefined ? undefined : spec?.containers[0]?.image;
    return [
      ...(image === undefined ? [] : [`image: ${image}`]),
      ...(spec?.nodeName === undefined ? [] : [`on ${spec.nodeName}`]),
      ...(status?.nominatedNodeName === undefined ? [] : [`nominated: ${status.nominatedNodeName}`]),
      `phase: ${status?.phase ?? '-'}`,
      ...conditionFacts(
        status?.conditions?.filter(({ type }) => type !== 'ContainersReady'),
        true,
      ),
      ...jobPodFacts(object as Pod),
      ...ownerFacts(object),
    ];
  },
};
