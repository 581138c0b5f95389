/** Which events may satisfy which plugin: a refused pod is tried again when one of them happens, and not before. */
import type { Node, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { sameJson } from '../../model/json.ts';
import type { PluginName } from '../diagnosis.ts';
import { staticRefusal } from '../filters/static-filters.ts';
import { groupKey } from '../pod-group.ts';
import { type AffinityTerm, means, type PodSelection } from '../pods/affinity-term.ts';
import type { PodClass } from '../pods/pod-class.ts';
import { spreadConstraints } from '../pods/spread-constraints.ts';
import type { Profile } from '../profile.ts';
import { allocatable } from '../state/node-table.ts';
import type { SchedulerState } from '../state/scheduler-state.ts';
import type { ClusterEvent } from './cluster-event.ts';

/** Who asks: pods of one class that the same plugins refused. */
export interface Refused {
  readonly pods: PodClass;
  readonly profile: Profile;
  readonly state: SchedulerState;
}

type Of<Type extends ClusterEvent['type']> = Extract<ClusterEvent, { readonly type: Type }>;

type Hints = { readonly [Type in ClusterEvent['type']]?: (refused: Refused, event: Of<Type>) => boolean };

const always = (): boolean => true;

/** A node that the pod may have by what the node object says, and may not have had before. */
const opens = ({ pods, profile }: Refused, { before, after }: Of<'node'>): boolean =>
  after !== undefined &&
  staticRefusal(pods.pod, after, profile) === undefined &&
  (before === undefined || staticRefusal(pods.pod, before, profile) !== undefined);

const hints: Readonly<Record<PluginName, Hints>> = {
  SchedulingGates: {},
  DynamicResources: {},
  NodeUnschedulable: { node: opens },
  NodeName: { node: opens },
  TaintToleration: { node: opens },
  NodeAffinity: { node: opens },
  NodePorts: {
    node: opens,
    'pod-gone': ({ pods }, { pod }) => pods.ports.length > 0 && usesPorts(pod),
  },
  NodeResourcesFit: {
    node: hasMoreRoom,
    'pod-gone': (refused, { pod }) => fitsBeside(refused, pod),
    'pod-changed': (refused, { pod }) => fitsBeside(refused, pod),
  },
  VolumeRestrictions: { storage: always, 'pod-gone': always, node: opens },
  NodeVolumeLimits: { storage: always, 'pod-gone': always, node: opens },
  VolumeBinding: { storage: always, node: always },
  VolumeZone: { storage: always, node: always },
  PodTopologySpread: {
    node: always,
    'pod-placed': (refused, { pod }) => isSpread(refused, pod),
    'pod-gone': (refused, { pod }) => isSpread(refused, pod),
    'pod-changed': (refused, { before, pod }) => isSpread(refused, before) || isSpread(refused, pod),
  },
  InterPodAffinity: {
    node: always,
    namespace: always,
    'pod-placed': (refused, { pod }) => isWanted(refused, pod),
    // The last of those it wanted near may leave it free to be the first of its kind.
    'pod-gone': (refused, { pod }) => keptApart(refused, pod) || isWanted(refused, pod),
    'pod-changed': (refused, { before, pod }) => keptApart(refused, before) || isWanted(refused, pod),
  },
  Coscheduling: {
    node: opens,
    'pod-gone': always,
    'pod-placed': ({ pods }, { pod }) => groupKey(pods.pod) === groupKey(pod),
    'pod-waits': ({ pods }, { pod }) => groupKey(pods.pod) === groupKey(pod),
  },
};

/** The plugins that listen to a type of event. */
export function listeners(type: ClusterEvent['type']): readonly PluginName[] {
  return listening[type] ?? [];
}

const listening: Readonly<Partial<Record<ClusterEvent['type'], readonly PluginName[]>>> = Object.fromEntries(
  (['pod-placed', 'pod-changed', 'pod-gone', 'pod-waits', 'node', 'namespace', 'storage'] as const).map(
    (type) => [
      type,
      (Object.keys(hints) as PluginName[]).filter((plugin) => hints[plugin][type] !== undefined),
    ],
  ),
);

export function mayHelp(plugin: PluginName, refused: Refused, event: ClusterEvent): boolean {
  // The table pairs each type with a function of that type's events.
  const hint = hints[plugin][event.type] as ((refused: Refused, event: ClusterEvent) => boolean) | undefined;
  return hint?.(refused, event) === true;
}

/** The node that the pod was on, or was promised, has room for the refused one now. */
function fitsBeside({ pods, state }: Refused, { spec, status }: Pod): boolean {
  const slot = state.table.slotOf(spec?.nodeName ?? status?.nominatedNodeName ?? '');
  if (slot === undefined) return false;
  return state
    .recordOf(pods.pod)
    .demand.every(
      ({ column, amount }) => (column.requested[slot] ?? 0) + amount <= (column.allocatable[slot] ?? 0),
    );
}

function usesPorts(pod: Pod): boolean {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return containers.some(({ ports }) => ports?.some((port) => (port.hostPort ?? 0) > 0));
}

/** An empty node of this size would have the pod, and there is more of something than before. */
function hasMoreRoom({ pods }: Refused, { before, after }: Of<'node'>): boolean {
  if (after === undefined) return false;
  const amounts = [...pods.requests];
  if (amounts.some(([resource, amount]) => amount > allocatable(after, resource))) return false;
  if (before === undefined) return true;
  const grew = ([resource]: readonly [string, number]): boolean =>
    allocatable(after, resource) > allocatable(before, resource);
  return amounts.some(grew) || isOtherwise(before, after);
}

/** What a node refused by other filters until now has room that nobody counted. */
function isOtherwise(before: Node, after: Node): boolean {
  return (
    !sameJson(before.metadata.labels, after.metadata.labels) ||
    !sameJson(before.spec, after.spec) ||
    !sameJson(
      before.status?.conditions?.map(({ status }) => status),
      after.status?.conditions?.map(({ status }) => status),
    )
  );
}

function isSpread({ pods, profile, state }: Refused, pod: Pod): boolean {
  if (pod.metadata.namespace !== pods.namespace) return false;
  const { hard } = spreadConstraints(pods.pod, profile, state.view);
  return hard.some(({ tally }) => tally.selections.some((one) => isMeant(one, pod, state)));
}

/** Pods that the refused one wants near it. */
function isWanted({ pods, state }: Refused, pod: Pod): boolean {
  return pods.terms.required.some((term) => isMeant(term, pod, state));
}

/** Pods that the refused one does not want near it, or that do not want it near them. */
function keptApart({ pods, state }: Refused, pod: Pod): boolean {
  if (pods.terms.requiredAnti.some((term) => isMeant(term, pod, state))) return true;
  const { requiredAnti } = state.recordOf(pod).pods.terms;
  return requiredAnti.some((term: AffinityTerm) =>
    means(term, pods.namespace, pods.labels, (name) => state.namespaceLabels(name)),
  );
}

function isMeant(chosen: PodSelection, { metadata }: Pod, state: SchedulerState): boolean {
  return means(chosen, metadata.namespace ?? '', metadata.labels ?? {}, (name) =>
    state.namespaceLabels(name),
  );
}
