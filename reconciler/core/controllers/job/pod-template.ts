/** The pods that a Job makes from its template. */
import type { Job } from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { Container, EnvVar, Pod, PodSpec } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { seededName } from '../../model/seeded-suffix.ts';
import type { ClusterView } from '../../model/view.ts';
import { controllerReference } from '../owner.ts';
import { failureCounts, hasIndexLimit } from './index-failures.ts';
import { completionIndexKey, withTracking } from './job-pods.ts';

/** Longest prefix of a generated name, so that it stays a DNS label. */
const prefixLengthMax = 58;

const indexVariable: EnvVar = {
  name: 'JOB_COMPLETION_INDEX',
  valueFrom: { fieldRef: { fieldPath: `metadata.labels['${completionIndexKey}']` } },
};

/** One pod for each entry of `indexes`, under names that nothing in `view` has. `kept` are failed pods to replace. */
export function newPods(
  job: Job,
  indexes: readonly (number | undefined)[],
  kept: ReadonlyMap<number, Pod>,
  view: ClusterView,
  seed: number,
): readonly Pod[] {
  const taken = new Set<string>();
  const namespace = job.metadata.namespace ?? '';
  let attempt = 0;
  const freeName = (prefix: string): string => {
    for (;;) {
      const name = seededName(prefix, seed, attempt++);
      if (taken.has(name) || view.get<Pod>('v1', 'Pod', namespace, name) !== undefined) continue;
      taken.add(name);
      return name;
    }
  };
  return indexes.map((index) => {
    const prefix = namePrefix(job.metadata.name ?? '', index);
    const pod = podOf(job, freeName(prefix), prefix);
    return index === undefined ? pod : withIndex(pod, job, index, kept.get(index));
  });
}

/** `JOB-` or `JOB-INDEX-`; of a long name the end is cut, not the index. */
function namePrefix(name: string, index: number | undefined): string {
  const end = index === undefined ? '-' : `-${index}-`;
  return name.slice(0, prefixLengthMax - end.length) + end;
}

function podOf(job: Job, name: string, generateName: string): Pod {
  const { metadata: { labels, annotations, finalizers } = {}, spec } = job.spec?.template ?? {};
  return withTracking({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name, generateName, namespace: job.metadata.namespace ?? '' },
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(job)],
    },
    ...(spec === undefined ? {} : { spec }),
  });
}

function withIndex(pod: Pod, job: Job, index: number, replaced: Pod | undefined): Pod {
  const key = { [completionIndexKey]: String(index) };
  const counts = hasIndexLimit(job) ? failureCounts(job, replaced) : {};
  const { labels, annotations } = pod.metadata;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...labels, ...key },
      annotations: { ...annotations, ...key, ...counts },
    },
    ...(pod.spec === undefined ? {} : { spec: specWithIndex(pod.spec, job, index) }),
  };
}

function specWithIndex(spec: PodSpec, job: Job, index: number): PodSpec {
  const told = <T extends Container>(container: T): T =>
    container.env?.some(({ name }) => name === indexVariable.name) === true
      ? container
      : { ...container, env: [...(container.env ?? []), indexVariable] };
  return {
    ...spec,
    hostname: `${job.metadata.name ?? ''}-${index}`,
    containers: spec.containers.map(told),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(told) }),
  };
}
