/** What a reader wants to know of an object, one fact per line: scenarios show these, and which of them changed. */
import type {
  Endpoints,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Service,
} from '../../schemas/kubernetes/types/core-v1.ts';
import type { PodDisruptionBudget } from '../../schemas/kubernetes/types/policy-v1.ts';
import type { EndpointSlice } from '../../schemas/kubernetes/types/discovery-v1.ts';
import type { KubeObject } from '../../reconciler/core/model/object.ts';
import { conditionFacts, ownerFacts } from './fact-lines.ts';
import { autoscalerFacts } from './facts-autoscaling.ts';
import { jobFacts } from './facts-jobs.ts';
import { workloadFacts } from './facts-workloads.ts';

const factsByKind: Readonly<Record<string, (object: KubeObject) => readonly string[]>> = {
  ...workloadFacts,
  ...jobFacts,
  Node: (object) => {
    const { spec, status } = object as Node;
    const taints = (spec?.taints ?? []).map((taint) => `taint: ${taint.key}:${taint.effect}`);
    return [
      ...(spec?.podCIDR === undefined ? [] : [`pod range: ${spec.podCIDR}`]),
      ...conditionFacts(status?.conditions, false),
      ...taints,
    ];
  },
  EndpointSlice: (object) => {
    const { endpoints, ports } = object as EndpointSlice;
    const numbers = (ports ?? []).map(({ name, port }) => `${name === '' ? '' : `${name}:`}${port}`);
    const lines = (endpoints ?? []).map(({ addresses, conditions, nodeName, targetRef, hints }) => {
      const states = (['ready', 'serving', 'terminating'] as const).filter(
        (state) => conditions?.[state] === true,
      );
      const near = [...(hints?.forNodes ?? []), ...(hints?.forZones ?? [])].map(({ name }) => name);
      const where = near.length === 0 ? '' : `, for ${near.join(' and ')}`;
      const what = targetRef === undefined ? '' : ` of ${targetRef.name} on ${nodeName}`;
      return `${addresses.join()}${what}: ${states.length === 0 ? 'not ready' : states.join(', ')}${where}`;
    });
    return [...(numbers.length === 0 ? [] : [`ports: ${numbers.join(', ')}`]), ...lines];
  },
  Endpoints: (object) => {
    const { subsets = [], metadata } = object as Endpoints;
    const lines = subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
      const numbers = ports.map(({ name, port }) => `${name === undefined ? '' : `${name}:`}${port}`).join();
      return [
        ...addresses.map(({ ip, targetRef }) => `${ip}:${numbers} of ${targetRef?.name ?? '-'}: ready`),
        ...notReadyAddresses.map(
          ({ ip, targetRef }) => `${ip}:${numbers} of ${targetRef?.name ?? '-'}: not ready`,
        ),
      ];
    });
    const capacity = metadata.annotations?.['endpoints.kubernetes.io/over-capacity'];
    return [...lines, ...(capacity === undefined ? [] : [`capacity: ${capacity}`])];
  },
  Namespace: (object) => {
    const { status } = object as Namespace;
    return [`phase: ${status?.phase ?? '-'}`, ...conditionFacts(status?.conditions, true)];
  },
  PersistentVolume: (object) => volumeFacts(object as PersistentVolume),
  PersistentVolumeClaim: (object) => claimFacts(object as PersistentVolumeClaim),
  HorizontalPodAutoscaler: autoscalerFacts,
  PodDisruptionBudget: (object) => {
    const { status } = object as PodDisruptionBudget;
    if (status === undefined) return [];
    const { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed, conditions } = status;
    const numbers = `${currentHealthy} of ${expectedPods} healthy, ${desiredHealthy} needed`;
    return [`status: ${numbers}, ${disruptionsAllowed} may go`, ...conditionFacts(conditions, false)];
  },
  Service: (object) => [`type: ${(object as Service).spec?.type ?? '-'}`],
};

function volumeFacts({ metadata, spec, status }: PersistentVolume): string[] {
  const claim = spec?.claimRef;
  const reserved = claim !== undefined && (claim.uid ?? '') === '' ? ' (reserved)' : '';
  const node = spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0];
  return [
    `phase: ${status?.phase ?? '-'}`,
    ...(status?.message === undefined ? [] : [`because: ${status.message}`]),
    `size: ${String(spec?.capacity?.['storage'] ?? '-')}`,
    `policy: ${spec?.persistentVolumeReclaimPolicy ?? '-'}`,
    ...(claim === undefined ? [] : [`claim: ${claim.name ?? ''}${reserved}`]),
    ...(node === undefined ? [] : [`on ${node}`]),
    ...annotationFacts(metadata.annotations),
  ];
}

function claimFacts(object: PersistentVolumeClaim): string[] {
  const { metadata, spec, status } = object;
  return [
    `phase: ${status?.phase ?? '-'}`,
    ...(spec?.storageClassName === undefined ? [] : [`class: ${JSON.stringify(spec.storageClassName)}`]),
    ...(spec?.volumeName === undefined ? [] : [`volume: ${spec.volumeName}`]),
    ...(status?.capacity === undefined ? [] : [`size: ${String(status.capacity['storage'] ?? '-')}`]),
    ...annotationFacts(metadata.annotations),
    ...ownerFacts(object),
  ];
}

/** Those of storage, by the last part of their names. */
function annotationFacts(annotations: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(annotations ?? {})
    .filter(([name]) => /^(pv|volume)[.]kubernetes[.]io\//.test(name))
    .map(([name, value]) => `${name.split('/')[1] ?? ''}: ${value}`);
}

export function factsOf(object: KubeObject): readonly string[] {
  const facts = factsByKind[object.kind]?.(object) ?? ownerFacts(object);
  const leaving = object.metadata.deletionTimestamp === undefined ? [] : ['terminating'];
  const held = (object.metadata.finalizers ?? []).map((finalizer) => `finalizer: ${finalizer}`);
  return [...facts, ...leaving, ...held];
}
