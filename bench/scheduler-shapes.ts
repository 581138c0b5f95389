/** The shapes of kube-scheduler's own performance tests (scheduler_perf): nodes, pods that are there, pods to place. */
import type { Affinity, Node, Pod, PodSpec } from '../schemas/kubernetes/types/core-v1.ts';

type Labels = Readonly<Record<string, string>>;

export interface Shape {
  readonly name: string;
  /** Pods per second that Kubernetes' CI demands of kube-scheduler for this shape. */
  readonly floor?: number;
  /** Pods per second that Berth aims at. */
  readonly aim?: number;
  readonly nodeLabels: (index: number) => Labels;
  /** Pods that run when it begins. */
  readonly existing: number;
  readonly existingPod: (index: number) => PodFacts;
  /** Pods that wait and can be had nowhere. */
  readonly hopeless?: number;
  /** Pods to be placed at most, where the cluster has room for no more. */
  readonly podsMax?: number;
  readonly pod: (index: number) => PodFacts;
}

export interface PodFacts {
  readonly labels?: Labels;
  readonly spec?: Partial<PodSpec>;
  readonly requests?: Readonly<Record<string, string>>;
}

const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';
const small = { cpu: '100m', memory: '500Mi' };
const plain = (): PodFacts => ({});
const oneZone = (): Labels => ({ [zone]: 'zone1' });

const nearBlue: Affinity = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { color: 'blue' } }, topologyKey: zone, namespaces: ['bench'] },
    ],
  },
};
const awayFromGreen: Affinity = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { color: 'green' } }, topologyKey: hostname, namespaces: ['bench'] },
    ],
  },
};
const inZones: Affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: 'In', values: ['zone1', 'zone2'] }] }],
    },
  },
};
const spread = [
  {
    maxSkew: 5,
    topologyKey: zone,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { color: 'blue' } },
  },
];

export const shapes: readonly Shape[] = [
  {
    name: 'basic',
    floor: 680,
    aim: 3_000,
    nodeLabels: () => ({}),
    existing: 1_000,
    existingPod: plain,
    pod: plain,
  },
  {
    name: 'pod affinity',
    floor: 35,
    aim: 300,
    nodeLabels: oneZone,
    existing: 1_000,
    existingPod: () => ({ labels: { color: 'blue' } }),
    pod: () => ({ labels: { color: 'blue' }, spec: { affinity: nearBlue } }),
  },
  {
    name: 'pod anti-affinity',
    floor: 60,
    aim: 300,
    // One to a node, and some more are placed to time them.
    podsMax: 2_000,
    nodeLabels: () => ({}),
    existing: 1_000,
    existingPod: () => ({ labels: { color: 'green' }, spec: { affinity: awayFromGreen } }),
    pod: () => ({ labels: { color: 'green' }, spec: { affinity: awayFromGreen } }),
  },
  {
    name: 'topology spread',
    floor: 460,
    aim: 1_500,
    nodeLabels: (index) => ({ [zone]: `moon-${(index % 3) + 1}` }),
    existing: 1_000,
    existingPod: plain,
    pod: () => ({ labels: { color: 'blue' }, spec: { topologySpreadConstraints: spread } }),
  },
  {
    name: 'node affinity',
    floor: 220,
    aim: 1_000,
    nodeLabels: oneZone,
    existing: 1_000,
    existingPod: plain,
    pod: () => ({ spec: { affinity: inZones } }),
  },
  {
    name: 'unschedulable backlog',
    nodeLabels: () => ({}),
    existing: 1_000,
    existingPod: plain,
    hopeless: 5_000,
    pod: plain,
  },
  {
    name: 'preemption',
    podsMax: 2_000,
    nodeLabels: () => ({}),
    // Four to a node, which leaves a tenth of its cpu.
    existing: 20_000,
    existingPod: () => ({
      requests: { cpu: '900m', memory: '500Mi' },
      spec: { terminationGracePeriodSeconds: 0 },
    }),
    pod: () => ({ requests: { cpu: '3', memory: '500Mi' }, spec: { priorityClassName: 'high' } }),
  },
];

export function nodeOf(index: number, labels: Labels): Node {
  const name = nodeName(index);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `node-${index}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { [hostname]: name, 'kubernetes.io/os': 'linux', ...labels },
    },
    spec: { podCIDR: `10.${42 + (index >> 8)}.${index & 255}.0/24` },
    status: {
      allocatable: { cpu: '4', memory: '32Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

export function nodeName(index: number): string {
  return `node-${String(index).padStart(4, '0')}`;
}

export function podOf(name: string, { labels, spec, requests = small }: PodFacts): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'bench', labels: { name: 'bench', ...labels } },
    spec: { containers: [{ name: 'pause', image: 'pause:3.10', resources: { requests } }], ...spec },
  };
}
