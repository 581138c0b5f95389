/** The containers that a pod defines. */
import type { Container, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';

/** Where the status of a container stands: Kubernetes' names of the lists in a pod's status. */
export type ContainerStatusList =
  | 'initContainerStatuses'
  | 'containerStatuses'
  | 'ephemeralContainerStatuses';

/** Init, main and ephemeral ones, in the order in which they may start. */
export function allContainers(pod: Pod): readonly Container[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  return [...initContainers, ...containers, ...ephemeralContainers];
}

export function statusListOf(pod: Pod, name: string): ContainerStatusList {
  const isNamed = (container: { readonly name: string }): boolean => container.name === name;
  if (pod.spec?.initContainers?.some(isNamed) === true) return 'initContainerStatuses';
  return pod.spec?.ephemeralContainers?.some(isNamed) === true
    ? 'ephemeralContainerStatuses'
    : 'containerStatuses';
}
