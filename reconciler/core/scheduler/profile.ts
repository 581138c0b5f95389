/** What a scheduler profile may set, in the terms of kubescheduler.config.k8s.io/v1, and Kubernetes' defaults. */
import type { NodeAffinity, TopologySpreadConstraint } from '../../../schemas/kubernetes/types/core-v1.ts';

export const defaultSchedulerName = 'default-scheduler';

/** The filters in the order in which a node has to pass them. */
export const filterNames = [
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
  'NodePorts',
  'NodeResourcesFit',
  'VolumeRestrictions',
  'NodeVolumeLimits',
  'VolumeBinding',
  'VolumeZone',
  'PodTopologySpread',
  'InterPodAffinity',
] as const;
export type FilterName = (typeof filterNames)[number];

export const scoreNames = [
  'TaintToleration',
  'NodeAffinity',
  'NodeResourcesFit',
  'PodTopologySpread',
  'InterPodAffinity',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
] as const;
export type ScoreName = (typeof scoreNames)[number];

export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** One point of a line: `utilization` in percent, `score` from 0 to 10. */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceWeight[];
  /** Of RequestedToCapacityRatio alone: points with growing utilization. */
  readonly shape: readonly ShapePoint[];
}

export interface Profile {
  readonly schedulerName: string;
  /** Of the nodes, how many have to be found feasible before they are scored; 0 adapts to the cluster's size. */
  readonly percentageOfNodesToScore: number;
  readonly filters: ReadonlySet<FilterName>;
  /** Weight by score; 0 where it is switched off. */
  readonly weights: Readonly<Record<ScoreName, number>>;
  readonly fit: ScoringStrategy;
  readonly balanced: readonly ResourceWeight[];
  /** Demanded of the nodes of every pod of the profile, beside its own affinity. */
  readonly addedAffinity: NodeAffinity | undefined;
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
  /** For pods without constraints of their own that a Service or a workload selects. */
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
  /** Whether these are Kubernetes' own: then nodes need not have all of their topology keys. */
  readonly systemDefaulted: boolean;
  /** Nodes that are tried before one of them is chosen; undefined switches preemption off. */
  readonly preemption: CandidateBounds | undefined;
}

export interface CandidateBounds {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

export interface SchedulerConfiguration {
  readonly profiles: readonly Profile[];
  readonly podInitialBackoffMs: number;
  readonly podMaxBackoffMs: number;
}

const cpuAndMemory: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

const systemConstraints: readonly TopologySpreadConstraint[] = [
  { topologyKey: 'kubernetes.io/hostname', maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

export const defaultProfile: Profile = {
  schedulerName: defaultSchedulerName,
  percentageOfNodesToScore: 0,
  filters: new Set(filterNames),
  weights: {
    TaintToleration: 3,
    NodeAffinity: 2,
    NodeResourcesFit: 1,
    PodTopologySpread: 2,
    InterPodAffinity: 2,
    NodeResourcesBalancedAllocation: 1,
    ImageLocality: 1,
  },
  fit: { type: 'LeastAllocated', resources: cpuAndMemory, shape: [] },
  balanced: cpuAndMemory,
  addedAffinity: undefined,
  hardPodAffinityWeight: 1,
  ignorePreferredTermsOfExistingPods: false,
  defaultConstraints: systemConstraints,
  systemDefaulted: true,
  preemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
};

export const defaultConfiguration: SchedulerConfiguration = {
  profiles: [defaultProfile],
  podInitialBackoffMs: 1_000,
  podMaxBackoffMs: 10_000,
};

/** The profile that schedules the pods of this scheduler name; undefined leaves them to another scheduler. */
export function profileOf(
  schedulerName: string | undefined,
  configuration: SchedulerConfiguration,
): Profile | undefined {
  const name = schedulerName ?? defaultSchedulerName;
  return configuration.profiles.find((profile) => profile.schedulerName === name);
}
