/** What the status of each kind has to say of a cluster at rest. */
import type {
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../../schemas/kubernetes/types/apps-v1.ts';
import type { Job } from '../../../schemas/kubernetes/types/batch-v1.ts';
import type { Pod, ResourceQuota, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import type { PodDisruptionBudget } from '../../../schemas/kubernetes/types/policy-v1.ts';
import { hasLabels, selects } from '../../../reconciler/core/model/label-selector.ts';
import {
  availableInMs,
  isPodActive,
  isPodReady,
  isPodTerminal,
} from '../../../reconciler/core/model/pod-status.ts';
import type { ClusterView } from '../../../reconciler/core/model/view.ts';
import type { SimAgent } from './sim-agent.ts';
import type { JobTally } from './witness.ts';

export interface AtRest {
  readonly view: ClusterView;
  /** Hosts that are part of the cluster. */
  readonly agents: readonly SimAgent[];
  readonly jobs: ReadonlyMap<string, JobTally>;
  /** The wall clock. */
  readonly nowMs: number;
}

interface Counts {
  readonly [field: string]: number | undefined;
}

/** What a status says against what is so; a field that is left out counts as 0. */
function compared(name: string, said: object | undefined, facts: Counts): readonly string[] {
  const status = (said ?? {}) as Counts;
  return Object.entries(facts)
    .filter(([field, fact]) => (status[field] ?? 0) !== (fact ?? 0))
    .map(([field, fact]) => `${name}: ${field} is ${status[field] ?? 0}, and should be ${fact}`);
}

function controlled(view: ClusterView, uid: string | undefined): readonly Pod[] {
  return view
    .ownedBy(uid ?? '')
    .filter((one): one is Pod => one.kind === 'Pod')
    .filter(isPodActive);
}

function availableOf(pods: readonly Pod[], minReadySeconds = 0, nowMs: number): number {
  return pods.filter((pod) => availableInMs(pod, minReadySeconds, nowMs) === 0).length;
}

export function deployments({ view, nowMs }: AtRest): readonly string[] {
  return view.list<Deployment>('apps/v1', 'Deployment').flatMap((deployment) => {
    const sets = view
      .ownedBy(deployment.metadata.uid ?? '')
      .filter((one): one is ReplicaSet => one.kind === 'ReplicaSet');
    const pods = sets.flatMap((set) => controlled(view, set.metadata.uid));
    return compared(nameOf(deployment), deployment.status, {
      observedGeneration: deployment.metadata.generation,
      replicas: pods.length,
      readyReplicas: pods.filter(isPodReady).length,
      availableReplicas: availableOf(pods, deployment.spec?.minReadySeconds, nowMs),
    });
  });
}

export function replicaSets({ view, nowMs }: AtRest): readonly string[] {
  return view.list<ReplicaSet>('apps/v1', 'ReplicaSet').flatMap((set) => {
    const pods = controlled(view, set.metadata.uid);
    const ready = pods.filter(isPodReady).length;
    const availableReplicas = availableOf(pods, set.spec?.minReadySeconds, nowMs);
    const facts = { observedGeneration: set.metadata.generation, replicas: pods.length };
    return compared(nameOf(set), set.status, { ...facts, readyReplicas: ready, availableReplicas });
  });
}

export function statefulSets({ view }: AtRest): readonly string[] {
  return view.list<StatefulSet>('apps/v1', 'StatefulSet').flatMap((set) => {
    const pods = controlled(view, set.metadata.uid);
    return compared(nameOf(set), set.status, {
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      readyReplicas: pods.filter(isPodReady).length,
    });
  });
}

export function daemonSets({ view }: AtRest): readonly string[] {
  return view.list<DaemonSet>('apps/v1', 'DaemonSet').flatMap((set) => {
    const pods = controlled(view, set.metadata.uid);
    const nodes = new Set(pods.filter(isPodReady).map((pod) => pod.spec?.nodeName));
    return compared(nameOf(set), set.status, {
      observedGeneration: set.metadata.generation,
      numberReady: nodes.size,
    });
  });
}

export function jobCounts({ view, jobs }: AtRest): readonly string[] {
  return view.list<Job>('batch/v1', 'Job').flatMap((job) => {
    const name = nameOf(job);
    const tally = jobs.get(job.metadata.uid ?? '') ?? { succeeded: 0, failed: 0, cutOff: 0 };
    const { succeeded = 0, failed = 0, uncountedTerminatedPods: uncounted } = job.status ?? {};
    const found: string[] = [];
    if (job.spec?.completionMode !== 'Indexed' && succeeded !== tally.succeeded)
      found.push(`${name} counts ${succeeded} succeeded pods, ${tally.succeeded} did`);
    if (failed < tally.failed || failed > tally.failed + tally.cutOff)
      found.push(
        `${name} counts ${failed} failed pods, ${tally.failed} did and ${tally.cutOff} were cut off`,
      );
    if ((uncounted?.failed ?? []).length + (uncounted?.succeeded ?? []).length > 0)
      found.push(`${name} has pods that it did not count yet`);
    const active = controlled(view, job.metadata.uid);
    return [...found, ...compared(name, job.status, { active: active.length })];
  });
}

export function budgets({ view }: AtRest): readonly string[] {
  return view.list<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget').flatMap((budget) => {
    const pods = view
      .list<Pod>('v1', 'Pod', budget.metadata.namespace ?? '')
      .filter((pod) => selects(budget.spec?.selector, pod.metadata.labels));
    const healthy = pods.filter(isPodActive).filter(isPodReady).length;
    const facts = { observedGeneration: budget.metadata.generation, currentHealthy: healthy };
    const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = budget.status ?? {};
    const allowed = Math.max(0, currentHealthy - desiredHealthy);
    return [
      ...compared(nameOf(budget), budget.status, facts),
      ...(disruptionsAllowed > allowed
        ? [`${nameOf(budget)} allows ${disruptionsAllowed} of ${allowed}`]
        : []),
    ];
  });
}

export function quotas({ view }: AtRest): readonly string[] {
  return view.list<ResourceQuota>('v1', 'ResourceQuota').flatMap((quota) => {
    if (quota.spec?.hard?.['pods'] === undefined) return [];
    const pods = view
      .list<Pod>('v1', 'Pod', quota.metadata.namespace ?? '')
      .filter((pod) => !isPodTerminal(pod));
    const used = quota.status?.used?.['pods'];
    return used === String(pods.length)
      ? []
      : [`${nameOf(quota)} counts ${used} pods, ${pods.length} are there`];
  });
}

export function endpoints({ view }: AtRest): readonly string[] {
  return view.list<Service>('v1', 'Service').flatMap((service) => {
    const { selector } = service.spec ?? {};
    const { namespace = '', name = '' } = service.metadata;
    if (selector === undefined) return [];
    const wanted = view
      .list<Pod>('v1', 'Pod', namespace)
      .filter((pod) => hasLabels(selector, pod.metadata.labels) && isPodActive(pod) && isPodReady(pod))
      .map((pod) => pod.status?.podIP ?? '');
    const slices = view
      .list<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', namespace)
      .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
    const given = slices
      .flatMap((slice) => slice.endpoints ?? [])
      .filter((endpoint) => endpoint.conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses[0] ?? []);
    const [has, wants] = [given, wanted].map((list) => [...new Set(list)].sort().join());
    return has === wants ? [] : [`${nameOf(service)} has [${has}], and should have [${wants}]`];
  });
}

export function nameOf({
  kind,
  metadata,
}: {
  readonly kind: string;
  readonly metadata: Pod['metadata'];
}): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
