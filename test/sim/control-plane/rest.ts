/** What has to be true of a cluster at rest: everything says what is, and is what it was asked to be. */
import type { Node, Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import { allObjects } from '../../../reconciler/core/model/all-objects.ts';
import { objectId, refOf } from '../../../reconciler/core/model/object.ts';
import { isPodActive, isPodTerminal } from '../../../reconciler/core/model/pod-status.ts';
import type { ClusterView } from '../../../reconciler/core/model/view.ts';
import { amountOf, podRequests } from '../../../reconciler/core/scheduler/pod-requests.ts';
import {
  type AtRest,
  budgets,
  daemonSets,
  deployments,
  endpoints,
  jobCounts,
  nameOf,
  quotas,
  replicaSets,
  statefulSets,
} from './rest-status.ts';
import type { Finding } from './witness.ts';

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
