/** A daemon's pod: the set's template, tied to one node, tolerating what befalls nodes. */
import type { DaemonSet } from '../../../../schemas/kubernetes/types/apps-v1.ts';
import type { Pod, PodSpec, Toleration } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { notReadyTaint, unreachableTaint } from '../../model/taints.ts';
import { templateGenerationAnnotation } from '../../registry/template-generation.ts';
import { podFromTemplate } from '../pod-from-template.ts';

/** The label that bears a revision's hash, on revisions and pods. */
export const hashLabel = 'controller-revision-hash';
const generationLabel = 'pod-template-generation';

/** How many pods have failed in a row on the node before this one: what its replacement waits for grows with it. */
export const failuresAnnotation = 'berth.dev/daemon-pod-failures';

const nameField = 'metadata.name';

function generationOf(set: DaemonSet): string | undefined {
  return set.metadata.annotations?.[templateGenerationAnnotation];
}

/** A pod of today's template: by the revision's hash, or by the template's generation where a hash was made anew. */
export function isUpdated(set: DaemonSet, pod: Pod, hash: string): boolean {
  const labels = pod.metadata.labels ?? {};
  const generation = generationOf(set);
  return labels[hashLabel] === hash || (generation !== undefined && labels[generationLabel] === generation);
}

/** Taints of ailing nodes, which a daemon is there to sit out. */
function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const pressures = ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];
  const keys = spec.hostNetwork === true ? [...pressures, 'network-unavailable'] : pressures;
  return [
    ...[notReadyTaint, unreachableTaint].map((key) => ({ key, operator: 'Exists', effect: 'NoExecute' })),
    ...keys.map((key) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect: 'NoSchedule' })),
  ];
}

function withTolerations(spec: PodSpec): PodSpec {
  const own = spec.tolerations ?? [];
  const isThere = (wanted: Toleration): boolean =>
    own.some(
      ({ key, operator, effect, value }) =>
        key === wanted.key &&
        operator === wanted.operator &&
        effect === wanted.effect &&
        (value ?? '') === '',
    );
  return { ...spec, tolerations: [...own, ...daemonTolerations(spec).filter((one) => !isThere(one))] };
}

/** The set's pod as it would be on any node: what nodes are judged by. */
export function anyNodesPod(set: DaemonSet): Pod {
  const template = set.spec?.template;
  const spec = withTolerations(template?.spec ?? { containers: [] });
  return { ...podFromTemplate(set, template, { name: set.metadata.name ?? '' }), spec };
}

/** What a new pod is given: its node, its name, its revision, and the failures before it. */
export interface Placement {
  readonly node: string;
  readonly name: string;
  readonly hash: string;
  readonly failures: number;
}

/**
 * The pod of one node. The scheduler binds it, as any other: its required node affinity names the node, in place of the
 * terms by which the node was chosen.
 */
export function daemonPod(set: DaemonSet, placement: Placement): Pod {
  const { node, name, hash, failures } = placement;
  const { metadata, spec, ...pod } = anyNodesPod(set);
  const generation = generationOf(set);
  const required = {
    nodeSelectorTerms: [{ matchFields: [{ key: nameField, operator: 'In', values: [node] }] }],
  };
  const nodeAffinity = {
    ...spec?.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: required,
  };
  return {
    ...pod,
    metadata: {
      ...metadata,
      name,
      generateName: `${set.metadata.name ?? ''}-`,
      labels: {
        ...metadata.labels,
        [hashLabel]: hash,
        ...(generation === undefined ? {} : { [generationLabel]: generation }),
      },
      ...(failures === 0
        ? {}
        : { annotations: { ...metadata.annotations, [failuresAnnotation]: String(failures) } }),
    },
    spec: { containers: [], ...spec, affinity: { ...spec?.affinity, nodeAffinity } },
  };
}

/** The node that the pod is on or for; undefined where it names none. */
export function targetNode(pod: Pod): string | undefined {
  const bound = pod.spec?.nodeName ?? '';
  if (bound !== '') return bound;
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fields = (terms ?? []).flatMap((term) => term.matchFields ?? []);
  const field = fields.find(({ key, operator }) => key === nameField && operator === 'In');
  return field?.values?.length === 1 ? field.values[0] : undefined;
}
