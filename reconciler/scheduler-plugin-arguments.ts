/** `pluginConfig` of a scheduler profile: the arguments of the plugins that take some. */
import type { NodeAffinity, TopologySpreadConstraint } from '../schemas/kubernetes/types/core-v1.ts';
import { validateObject } from '../schemas/validation/validate.ts';
import type { Profile, ResourceWeight, ScoringStrategy, ShapePoint } from './core/scheduler/profile.ts';
import { fieldsAt, flagAt, itemsAt, oneOfAt, textAt, wholeAt } from './settings-section.ts';

type Arguments = (profile: Profile, value: unknown, path: string) => Profile;

const strategyTypes = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const;
const weightMax = 100;
const shapeScoreMax = 10;

const plugins: Readonly<Record<string, Arguments>> = {
  NodeResourcesFit: (profile, value, path) => {
    const { scoringStrategy } = fieldsAt(value, path, ['scoringStrategy']);
    return scoringStrategy === undefined
      ? profile
      : { ...profile, fit: strategyAt(scoringStrategy, `${path}.scoringStrategy`, profile.fit.resources) };
  },
  NodeResourcesBalancedAllocation: (profile, value, path) => {
    const { resources } = fieldsAt(value, path, ['resources']);
    return { ...profile, balanced: resourcesAt(resources, `${path}.resources`, profile.balanced) };
  },
  InterPodAffinity: (profile, value, path) => {
    const given = fieldsAt(value, path, ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods']);
    const ignored = 'ignorePreferredTermsOfExistingPods';
    return {
      ...profile,
      hardPodAffinityWeight: wholeAt(given['hardPodAffinityWeight'], `${path}.hardPodAffinityWeight`, {
        least: 0,
        most: weightMax,
        otherwise: profile.hardPodAffinityWeight,
      }),
      ignorePreferredTermsOfExistingPods: flagAt(given[ignored], `${path}.${ignored}`),
    };
  },
  NodeAffinity: (profile, value, path) => {
    const { addedAffinity } = fieldsAt(value, path, ['addedAffinity']);
    if (addedAffinity === undefined) return profile;
    requirePodSpec({ affinity: { nodeAffinity: addedAffinity } }, `${path}.addedAffinity`);
    return { ...profile, addedAffinity: addedAffinity as NodeAffinity };
  },
  PodTopologySpread: (profile, value, path) => {
    const given = fieldsAt(value, path, ['defaultConstraints', 'defaultingType']);
    const constraints = itemsAt(given['defaultConstraints'], `${path}.defaultConstraints`);
    const type = oneOfAt(given['defaultingType'] ?? 'System', `${path}.defaultingType`, ['System', 'List']);
    if (type === 'System') {
      if (constraints.length > 0) throw new Error(`${path}.defaultConstraints: needs defaultingType List`);
      return profile;
    }
    requirePodSpec({ topologySpreadConstraints: constraints }, `${path}.defaultConstraints`);
    const defaultConstraints = constraints as readonly TopologySpreadConstraint[];
    if (defaultConstraints.some(({ labelSelector }) => labelSelector !== undefined))
      throw new Error(`${path}.defaultConstraints: a labelSelector is that of each pod's own Services`);
    return { ...profile, defaultConstraints, systemDefaulted: false };
  },
  DefaultPreemption: (profile, value, path) => {
    const given = fieldsAt(value, path, ['minCandidateNodesPercentage', 'minCandidateNodesAbsolute']);
    const { preemption } = profile;
    if (preemption === undefined) return profile;
    const bound = (field: keyof typeof preemption, most: number): number =>
      wholeAt(given[field], `${path}.${field}`, { least: 0, most, otherwise: preemption[field] });
    return {
      ...profile,
      preemption: {
        minCandidateNodesPercentage: bound('minCandidateNodesPercentage', 100),
        minCandidateNodesAbsolute: bound('minCandidateNodesAbsolute', 1_000_000),
      },
    };
  },
};

/** Throws naming the field that is wrong. */
export function withPluginArguments(profile: Profile, value: unknown, path: string): Profile {
  let changed = profile;
  for (const [index, one] of itemsAt(value, path).entries()) {
    const at = `${path}[${index}]`;
    const { name, args } = fieldsAt(one, at, ['name', 'args']);
    const apply = plugins[oneOfAt(name, `${at}.name`, Object.keys(plugins))];
    changed = apply?.(changed, args, `${at}.args`) ?? changed;
  }
  return changed;
}

function strategyAt(value: unknown, path: string, resources: readonly ResourceWeight[]): ScoringStrategy {
  const given = fieldsAt(value, path, ['type', 'resources', 'requestedToCapacityRatio']);
  const type = oneOfAt(given['type'], `${path}.type`, strategyTypes);
  const ratio = fieldsAt(given['requestedToCapacityRatio'], `${path}.requestedToCapacityRatio`, ['shape']);
  const shape = itemsAt(ratio['shape'], `${path}.requestedToCapacityRatio.shape`).map((point, index) =>
    pointAt(point, `${path}.requestedToCapacityRatio.shape[${index}]`),
  );
  const grows = shape.every(
    ({ utilization }, index) => index === 0 || utilization > (shape[index - 1]?.utilization ?? 0),
  );
  if (type === 'RequestedToCapacityRatio' && (shape.length === 0 || !grows))
    throw new Error(`${path}.requestedToCapacityRatio.shape: expected points of growing utilization`);
  return { type, resources: resourcesAt(given['resources'], `${path}.resources`, resources), shape };
}

function pointAt(value: unknown, path: string): ShapePoint {
  const { utilization, score } = fieldsAt(value, path, ['utilization', 'score']);
  return {
    utilization: wholeAt(utilization, `${path}.utilization`, { least: 0, most: 100, otherwise: 0 }),
    score: wholeAt(score, `${path}.score`, { least: 0, most: shapeScoreMax, otherwise: 0 }),
  };
}

function resourcesAt(
  value: unknown,
  path: string,
  otherwise: readonly ResourceWeight[],
): readonly ResourceWeight[] {
  const listed = itemsAt(value, path);
  if (listed.length === 0) return otherwise;
  return listed.map((one, index) => {
    const { name, weight } = fieldsAt(one, `${path}[${index}]`, ['name', 'weight']);
    return {
      name: textAt(name, `${path}[${index}].name`),
      weight: wholeAt(weight, `${path}[${index}].weight`, { least: 1, most: weightMax, otherwise: 1 }),
    };
  });
}

/** What has the form of a part of a pod is judged as one. */
function requirePodSpec(part: Readonly<Record<string, unknown>>, path: string): void {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'settings', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'main' }], ...part },
  };
  const [problem] = validateObject(object);
  if (problem !== undefined) throw new Error(`${path}: ${problem.path}: ${problem.problem}`);
}
