/** What has to be true of a cluster at rest: everything says what is, and is what it was asked to be. */
import type {
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../../schemas/kubernetes/types/apps-v1.ts';
import type { Job } from '../../../schemas/kubernetes/types/batch-v1.ts';
import type { Node, Pod, ResourceQuota, Service } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { EndpointSlice } from '../../../schemas/kubernetes/types/discovery-v1.ts';
import type { PodDisruptionBudget } from '../../../schemas/kubernetes/types/policy-v1.ts';
import { allObjects } from '../../../reconciler/core/model/all-objects.ts';
import { hasLabels, selects } from '../../../reconciler/core/model/label-selector.ts';
import { objectId, refOf } from '../../../reconciler/core/model/object.ts';
import {
  availableInMs,
  isPodActive,
  isPodReady,
  isPodTerminal,
} from '../../../reconciler/core/model/pod-status.ts';
import type { ClusterView } from '../../../reconciler/core/model/view.ts';
import { amountOf, podRequests } from '../../../reconciler/core/scheduler/pod-requests.ts';
import type { SimAgent } from './sim-agent.ts';
import type { Finding, JobTally } from './witness.ts';

interface AtRest {
  readonly view: ClusterView;
  /** Hosts that are part of the cluster. */
  readonly agents: readonly SimAgent[];
  readonly jobs: ReadonlyMap<string, JobTally>;
  /** The wall clock. */
  readonly nowMs: number;
}

type Check = readonly [invariant: string, check: (rest: AtRest) => readonly string[]];

const checks: readonly Check[] = [
  ['nothing is left of what was deleted', leftovers],
  ['no object outlives its owner', orphans],
  ['every pod is on a node that exists', homeless],
  ['hosts run exactly what the store says', differences],
  ['every host that is reached is ready', unready],
  ['what fits is scheduled', forgotten],
  ['a Deployment says what is', deployments],
  ['a ReplicaSet says what is', replicaSets],
  ['a StatefulSet says what is', statefulSets],
  ['a DaemonSet says what is', daemonSets],
  ['a Job counts exactly', jobCounts],
  ['a budget says what is', budgets],
  ['a quota says what is used', quotas],
  ['a Service has its ready pods as endpoints', endpoints],
];

export function untruths(rest: AtRest): readonly Finding[] {
  return checks.flatMap(([invariant, check]) => check(rest).map((text) => ({ invariant, text })));
}

function leftovers({ view }: AtRest): readonly string[] {
  return allObjects(view)
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .filter(
      ({ kind, metadata }) =>
        kind !== 'PersistentVolumeClaim' || !isUsed(metadata.namespace, metadata.name, view),
    )
    .map((object) => {
      const { finalizers = [] } = object.metadata;
      return `${objectId(refOf(object))} is still being deleted, held by ${finalizers.join() || 'nothing'}`;
    });
}

function isUsed(namespace = '', name = '', view: ClusterView): boolean {
  return view
    .list<Pod>('v1', 'Pod', namespace)
    .some((pod) =>
      (pod.spec?.volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === name),
    );
}

function orphans({ view }: AtRest): readonly string[] {
  return allObjects(view).flatMap((object) =>
    (object.metadata.ownerReferences ?? [])
      .filter(({ uid }) => view.byUid(uid) === undefined)
      .map(
        ({ kind, name, uid }) =>
          `${objectId(refOf(object))} belongs to the ${kind} ${name} (${uid}), which is gone`,
      ),
  );
}

function homeless({ view }: AtRest): readonly string[] {
  return view
    .list<Pod>('v1', 'Pod')
    .filter(({ spec }) => (spec?.nodeName ?? '') !== '')
    .filter(({ spec }) => view.get('v1', 'Node', '', spec?.nodeName ?? '') === undefined)
    .map((pod) => `${nameOf(pod)} is on ${pod.spec?.nodeName}`);
}

function differences({ view, agents }: AtRest): readonly string[] {
  return agents.flatMap((agent) => {
    const host = agent.shape.name;
    const wanted = new Map(view.podsOnNode(host).map((pod) => [pod.metadata.uid ?? '', pod]));
    const found: string[] = [];
    for (const [uid, { pod, isRunning }] of agent.simulated) {
      const stored = wanted.get(uid);
      if (stored === undefined)
        found.push(`${host} has ${nameOf(pod)} (${uid}), which the store does not put there`);
      else if (isRunning && isPodTerminal(stored)) found.push(`${host} runs ${nameOf(pod)}, which has ended`);
      else if (isRunning !== (stored.status?.phase === 'Running') && isRunning)
        found.push(`${host} runs ${nameOf(pod)}, whose phase is ${stored.status?.phase}`);
    }
    for (const [uid, pod] of wanted)
      if (!agent.simulated.has(uid)) found.push(`${host} knows nothing of ${nameOf(pod)} (${uid})`);
    return found;
  });
}

function unready({ view, agents }: AtRest): readonly string[] {
  return agents.flatMap(({ shape: { name } }) => {
    const node = view.get<Node>('v1', 'Node', '', name);
    if (node === undefined) return [`${name} has no Node`];
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const taints = (node.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
    return ready === 'True' && taints.length === 0
      ? []
      : [`${name}: Ready is ${ready}, taints are [${taints.join()}]`];
  });
}

/** Pods without wishes about where they go, for which an open node has room. */
function forgotten({ view }: AtRest): readonly string[] {
  const pods = view
    .podsOnNode('')
    .filter(isPodActive)
    .filter(({ spec }) => spec?.affinity === undefined && spec?.topologySpreadConstraints === undefined)
    .filter(({ spec }) => !(spec?.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined))
    .filter(
      ({ spec }) =>
        !(spec?.containers ?? []).some(({ ports = [] }) => ports.some(({ hostPort = 0 }) => hostPort > 0)),
    );
  return pods.flatMap((pod) => {
    const node = view.list<Node>('v1', 'Node').find((one) => isOpen(one) && hasRoom(one, pod, view));
    return node === undefined ? [] : [`${nameOf(pod)} waits although ${node.metadata.name} has room for it`];
  });
}

function isOpen(node: Node): boolean {
  return node.spec?.unschedulable !== true && (node.spec?.taints ?? []).length === 0;
}

function hasRoom(node: Node, pod: Pod, view: ClusterView): boolean {
  const used = new Map<string, number>();
  for (const one of [
    pod,
    ...view.podsOnNode(node.metadata.name ?? '').filter((other) => !isPodTerminal(other)),
  ])
    for (const [resource, amount] of podRequests(one)) used.set(resource, (used.get(resource) ?? 0) + amount);
  const allocatable = node.status?.allocatable ?? {};
  return [...used].every(([resource, amount]) => amount <= amountOf(resource, allocatable[resource] ?? '0'));
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

/** A clock that was set back makes pods wait that had waited, as in Kubernetes. */
function availableOf(pods: readonly Pod[], minReadySeconds = 0, nowMs: number): number {
  return pods.filter((pod) => availableInMs(pod, minReadySeconds, nowMs) === 0).length;
}

function deployments({ view, nowMs }: AtRest): readonly string[] {
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

function replicaSets({ view, nowMs }: AtRest): readonly string[] {
  return view.list<ReplicaSet>('apps/v1', 'ReplicaSet').flatMap((set) => {
    const pods = controlled(view, set.metadata.uid);
    const ready = pods.filter(isPodReady).length;
    const availableReplicas = availableOf(pods, set.spec?.minReadySeconds, nowMs);
    const facts = { observedGeneration: set.metadata.generation, replicas: pods.length };
    return compared(nameOf(set), set.status, { ...facts, readyReplicas: ready, availableReplicas });
  });
}

function statefulSets({ view }: AtRest): readonly string[] {
  return view.list<StatefulSet>('apps/v1', 'StatefulSet').flatMap((set) => {
    const pods = controlled(view, set.metadata.uid);
    return compared(nameOf(set), set.status, {
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      readyReplicas: pods.filter(isPodReady).length,
    });
  });
}

function daemonSets({ view }: AtRest): readonly string[] {
  return view.list<DaemonSet>('apps/v1', 'DaemonSet').flatMap((set) => {
    const pods = controlled(view, set.metadata.uid);
    const nodes = new Set(pods.filter(isPodReady).map((pod) => pod.spec?.nodeName));
    return compared(nameOf(set), set.status, {
      observedGeneration: set.metadata.generation,
      numberReady: nodes.size,
    });
  });
}

function jobCounts({ view, jobs }: AtRest): readonly string[] {
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

function budgets({ view }: AtRest): readonly string[] {
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

function quotas({ view }: AtRest): readonly string[] {
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

function endpoints({ view }: AtRest): readonly string[] {
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

function nameOf({ kind, metadata }: { readonly kind: string; readonly metadata: Pod['metadata'] }): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
