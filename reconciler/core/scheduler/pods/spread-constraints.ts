/** Topology spread constraints of a pod: its own, or the profile's where a Service or a workload selects it. */
import type { Node, Pod, TopologySpreadConstraint } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { LabelSelector } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { hasLabels } from '../../model/label-selector.ts';
import type { ClusterView } from '../../model/view.ts';
import { toleratesHardTaints } from '../filters/static-filters.ts';
import { matchesNodeAffinity } from '../node-affinity.ts';
import type { Profile } from '../profile.ts';
import type { TallySpec } from '../state/tally.ts';
import { selection } from './affinity-term.ts';
import { withLabelKeys } from './label-matcher.ts';

export interface SpreadConstraint {
  readonly tally: TallySpec;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Whether the pod itself is one of those that are spread. */
  readonly self: boolean;
}

export interface SpreadConstraints {
  /** DoNotSchedule. */
  readonly hard: readonly SpreadConstraint[];
  /** ScheduleAnyway. */
  readonly soft: readonly SpreadConstraint[];
  /** Whether nodes without one of the topology keys get no points for any. */
  readonly demandsAllKeys: boolean;
}

const none: SpreadConstraints = { hard: [], soft: [], demandsAllKeys: true };

export function spreadConstraints(pod: Pod, profile: Profile, view: ClusterView): SpreadConstraints {
  const own = pod.spec?.topologySpreadConstraints ?? [];
  if (own.length > 0) return split(pod, own, true);
  if (profile.defaultConstraints.length === 0) return none;
  const labelSelector = defaultSelector(pod, view);
  if (labelSelector === undefined) return none;
  const defaults = profile.defaultConstraints.map((one) => ({ ...one, labelSelector }));
  return split(pod, defaults, !profile.systemDefaulted);
}

function split(
  pod: Pod,
  constraints: readonly TopologySpreadConstraint[],
  demandsAllKeys: boolean,
): SpreadConstraints {
  const of = (action: string, demands: boolean): readonly SpreadConstraint[] => {
    const chosen = constraints.filter((one) => one.whenUnsatisfiable === action);
    const keys = demands ? chosen.map((one) => one.topologyKey).sort() : [];
    return chosen.map((one) => constraintOf(pod, one, keys));
  };
  return { hard: of('DoNotSchedule', true), soft: of('ScheduleAnyway', demandsAllKeys), demandsAllKeys };
}

function constraintOf(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  keys: readonly string[],
): SpreadConstraint {
  const labels = pod.metadata.labels ?? {};
  const selector = withLabelKeys(constraint.labelSelector, labels, constraint.matchLabelKeys, undefined);
  const chosen = selection([pod.metadata.namespace ?? ''], undefined, selector);
  return {
    tally: {
      selections: [chosen],
      topologyKey: constraint.topologyKey,
      skipsLeaving: true,
      eligibility: eligibility(pod, constraint, keys),
    },
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    self: chosen.labels(labels),
  };
}

/** By default the nodes that the pod's own affinity allows, whatever their taints. */
function eligibility(
  pod: Pod,
  { nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint,
  keys: readonly string[],
): TallySpec['eligibility'] {
  const { nodeSelector, affinity, tolerations } = pod.spec ?? {};
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const chooses = Object.keys(nodeSelector ?? {}).length > 0 || required !== undefined;
  const byAffinity = chooses && nodeAffinityPolicy !== 'Ignore';
  const byTaints = nodeTaintsPolicy === 'Honor';
  // One key is that of the tally itself, which has no domain for nodes without it.
  if (!byAffinity && !byTaints && keys.length <= 1) return undefined;
  return {
    key: canonicalJson([
      keys,
      byAffinity ? [nodeSelector ?? {}, required ?? null] : null,
      byTaints ? (tolerations ?? []) : null,
    ]),
    test: (node: Node) =>
      keys.every((key) => node.metadata.labels?.[key] !== undefined) &&
      (!byAffinity || matchesNodeAffinity(pod, node)) &&
      (!byTaints || toleratesHardTaints(pod, node)),
  };
}

interface Selecting {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Pod['metadata'];
  readonly spec?: { readonly selector?: unknown };
}

/** Kinds whose selectors spread their pods; the old one's is a plain map of labels. */
const spreadingKinds: Readonly<Record<string, 'selector' | 'labels'>> = {
  'v1/ReplicationController': 'labels',
  'apps/v1/ReplicaSet': 'selector',
  'apps/v1/StatefulSet': 'selector',
};

/** What the Services of the pod and its workload select by, all of it together; undefined where nothing selects it. */
function defaultSelector(pod: Pod, view: ClusterView): LabelSelector | undefined {
  const { namespace = '', labels = {}, ownerReferences = [] } = pod.metadata;
  const matchLabels: Record<string, string> = {};
  for (const service of view.list<Selecting>('v1', 'Service', namespace)) {
    const selector = (service.spec?.selector ?? {}) as Readonly<Record<string, string>>;
    if (Object.keys(selector).length > 0 && hasLabels(selector, labels)) Object.assign(matchLabels, selector);
  }
  const owner = ownerReferences.find((reference) => reference.controller === true);
  const form = owner && spreadingKinds[`${owner.apiVersion}/${owner.kind}`];
  const workload = owner && form && view.get<Selecting>(owner.apiVersion, owner.kind, namespace, owner.name);
  const selector = workload?.spec?.selector;
  if (form === 'labels') Object.assign(matchLabels, selector);
  const own = (form === 'selector' ? (selector ?? {}) : {}) as LabelSelector;
  Object.assign(matchLabels, own.matchLabels);
  const matchExpressions = own.matchExpressions ?? [];
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) return undefined;
  return { matchLabels, ...(matchExpressions.length === 0 ? {} : { matchExpressions }) };
}
