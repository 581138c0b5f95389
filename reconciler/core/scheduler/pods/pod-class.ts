/**
 * Pods that are alike to the scheduler are one class: what it looks at is read and prepared once for all of them.
 * The replicas of a workload are one class; so are those of two workloads that ask for the same with the same labels.
 */
import type { Container, Pod, PodSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { comparedRequests, hasStatusResources, podRequests, type Requests } from '../pod-requests.ts';
import { type PodTerms, podTerms } from './affinity-term.ts';
import { hostPortsOf } from './host-ports.ts';
import type { Labels } from './label-matcher.ts';

export interface PodClass {
  readonly key: string;
  /** One of its pods, as the class was first seen. */
  readonly pod: Pod;
  readonly namespace: string;
  readonly labels: Labels;
  readonly priority: number;
  readonly requests: Requests;
  /** Millicores and bytes that it counts for where nodes are compared. */
  readonly comparedCpu: number;
  readonly comparedMemory: number;
  readonly ports: readonly string[];
  readonly terms: PodTerms;
  /** Equal for classes to which every node object says the same. */
  readonly staticKey: string;
}

const keys = new WeakMap<Pod, string>();
/** The part that is the spec's: of the changes of a pod, those of its status are the most, and leave it as it is. */
const specKeys = new WeakMap<PodSpec, string>();
/** Equal keys as one text: there are few classes of many pods. */
const texts = new Map<string, string>();
const textsMax = 10_000;

/** What decides the class of a pod, as text: everything that filters and scores look at, and nothing else. */
export function classKey(pod: Pod): string {
  const known = keys.get(pod);
  if (known !== undefined) return known;
  const key = shared(computedKey(pod));
  keys.set(pod, key);
  return key;
}

/** Whether the one is surely of the other's class, without asking for it: most changes of a pod are of its status. */
export function isSurelyOfClass(pod: Pod, other: Pod): boolean {
  return (
    pod.spec === other.spec &&
    pod.metadata.labels === other.metadata.labels &&
    pod.metadata.ownerReferences === other.metadata.ownerReferences &&
    pod.metadata.uid === other.metadata.uid &&
    !hasStatusResources(pod) &&
    !hasStatusResources(other)
  );
}

function shared(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= textsMax) texts.clear();
  texts.set(text, text);
  return text;
}

function computedKey(pod: Pod): string {
  const { metadata, spec = emptySpec, status } = pod;
  let specKey = specKeys.get(spec);
  if (specKey === undefined) {
    specKey = shared(computedSpecKey(spec));
    specKeys.set(spec, specKey);
  }
  const own = JSON.stringify([
    metadata.namespace,
    metadata.labels,
    owner(pod),
    claims(pod),
    status?.containerStatuses?.map((one) => [one.allocatedResources, one.resources]),
    status?.initContainerStatuses?.map((one) => [one.allocatedResources, one.resources]),
    status?.allocatedResources,
    status?.resources,
  ]);
  return own + specKey;
}

const emptySpec: PodSpec = { containers: [] };

function computedSpecKey(spec: PodSpec): string {
  return JSON.stringify([
    spec.priority,
    spec.preemptionPolicy,
    spec.schedulerName,
    spec.nodeSelector,
    spec.affinity,
    spec.tolerations,
    spec.topologySpreadConstraints,
    spec.containers.map(containerParts),
    spec.initContainers?.map(containerParts),
    spec.resourceClaims,
    spec.overhead,
    spec.resources,
  ]);
}

function containerParts({ name, image, ports, resources, restartPolicy }: Container): readonly unknown[] {
  return [name, image, ports?.filter((port) => (port.hostPort ?? 0) > 0), resources, restartPolicy];
}

/** Claims by name; those of ephemeral volumes are the pod's own, and make it a class of its own. */
function claims({ metadata, spec }: Pod): readonly unknown[] | undefined {
  return spec?.volumes?.flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral === undefined ? [] : [`${metadata.name ?? ''}-${volume.name}`];
  });
}

/** The workload whose selector spreads the pod by default. */
function owner({ metadata }: Pod): string | undefined {
  const reference = metadata.ownerReferences?.find((one) => one.controller === true);
  return reference && `${reference.apiVersion}/${reference.kind}/${reference.name}`;
}

export function podClassOf(pod: Pod, key: string): PodClass {
  const compared = comparedRequests(pod);
  const { nodeSelector, affinity, tolerations, schedulerName } = pod.spec ?? {};
  return {
    key,
    pod,
    namespace: pod.metadata.namespace ?? '',
    labels: pod.metadata.labels ?? {},
    priority: pod.spec?.priority ?? 0,
    requests: podRequests(pod),
    comparedCpu: compared.get('cpu') ?? 0,
    comparedMemory: compared.get('memory') ?? 0,
    ports: hostPortsOf(pod),
    terms: podTerms(pod),
    staticKey: JSON.stringify([nodeSelector, affinity?.nodeAffinity, tolerations, schedulerName]),
  };
}
