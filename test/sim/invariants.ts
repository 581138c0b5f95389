/** What must hold of the cluster after every single commit, whatever happens. */
import type { Node, Pod } from '../../schemas/kubernetes/types/core-v1.ts';
import type { Deployment } from '../../schemas/kubernetes/types/apps-v1.ts';
import { rollingBounds } from '../../reconciler/core/controllers/deployment/rollout.ts';
import { isPodActive, isPodReady, isPodTerminal } from '../../reconciler/core/model/pod-status.ts';
import { amountOf, podRequests } from '../../reconciler/core/scheduler/pod-requests.ts';
import type { SimCluster } from './sim-cluster.ts';

/** Nodes that hold more than they have, each as a sentence. */
export function overAllocation(cluster: SimCluster): readonly string[] {
  return cluster.list<Node>('v1', 'Node').flatMap((node) => {
    const name = node.metadata.name ?? '';
    const used = new Map<string, number>();
    for (const pod of cluster.view.podsOnNode(name).filter((one) => !isPodTerminal(one))) {
      for (const [resource, amount] of podRequests(pod))
        used.set(resource, (used.get(resource) ?? 0) + amount);
    }
    const allocatable = node.status?.allocatable ?? {};
    return [...used]
      .filter(([resource, amount]) => amount > amountOf(resource, allocatable[resource] ?? '0'))
      .map(
        ([resource, amount]) => `${name} holds ${amount} of ${resource}, more than ${allocatable[resource]}`,
      );
  });
}

/** Pod ranges that two nodes have. */
export function sharedRanges(cluster: SimCluster): readonly string[] {
  const ranges = cluster.list<Node>('v1', 'Node').flatMap((node) => node.spec?.podCIDR ?? []);
  return ranges.filter((range, index) => ranges.indexOf(range) !== index);
}

/** Ready pods of the app that nobody is taking away. */
export function available(cluster: SimCluster, app: string): number {
  return activePods(cluster, app).filter(isPodReady).length;
}

export function activePods(cluster: SimCluster, app: string): readonly Pod[] {
  return cluster
    .list<Pod>('v1', 'Pod')
    .filter((pod) => isPodActive(pod) && pod.metadata.labels?.['app'] === app);
}

/** Fewest available and most active pods that a rolling update of the Deployment may ever show. */
export function rollingLimits(deployment: Deployment): { readonly fewest: number; readonly most: number } {
  const replicas = deployment.spec?.replicas ?? 1;
  if (deployment.spec === undefined) throw new Error('a Deployment has a spec');
  const { maxSurge, maxUnavailable } = rollingBounds(deployment.spec, replicas);
  return { fewest: replicas - maxUnavailable, most: replicas + maxSurge };
}
