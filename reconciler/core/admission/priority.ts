/** Gives pods the number behind their priority class. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { PriorityClass } from '../../../schemas/kubernetes/types/scheduling-v1.ts';
import type { ClusterView } from '../model/view.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

/** Classes that every cluster has, whether their objects are there or not. */
export const systemPriorityClasses: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

const usualPolicy = 'PreemptLowerPriority';

export const priority: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  kinds: new Set(['/Pod']),
  admit: (request) =>
    request.operation === 'CREATE'
      ? withPriority(request, request.object as Pod)
      : kept(request, request.object as Pod),
};

interface Resolved {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy: string | undefined;
}

function withPriority(request: AdmissionRequest, pod: Pod): Verdict {
  const { spec } = pod;
  if (spec === undefined) return admitted;
  const resolved = resolve(spec.priorityClassName ?? '', request.view);
  if (resolved === undefined)
    return refuse(request, `no PriorityClass with name ${spec.priorityClassName ?? ''} was found`);
  const { name, value, preemptionPolicy } = resolved;
  if (spec.priority !== undefined && spec.priority !== value)
    return refuse(
      request,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  if (
    spec.preemptionPolicy !== undefined &&
    preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== preemptionPolicy
  )
    return refuse(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  const given = {
    ...(name === '' ? {} : { priorityClassName: name }),
    priority: value,
    ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
  };
  return { object: { ...pod, spec: { ...spec, ...given } } as Pod };
}

/** A pod keeps its priority when an update leaves it out. */
function kept({ before, subresource }: AdmissionRequest, pod: Pod): Verdict {
  const old = (before as Pod | undefined)?.spec;
  if (subresource !== '' || pod.spec === undefined || old === undefined) return admitted;
  const priorityKept =
    pod.spec.priority === undefined && old.priority !== undefined ? { priority: old.priority } : {};
  const policyKept =
    pod.spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined
      ? { preemptionPolicy: old.preemptionPolicy }
      : {};
  const changes = { ...priorityKept, ...policyKept };
  if (Object.keys(changes).length === 0) return admitted;
  return { object: { ...pod, spec: { ...pod.spec, ...changes } } as Pod };
}

function resolve(name: string, view: ClusterView): Resolved | undefined {
  if (name === '') return byDefault(view);
  const found = view.get<PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass', '', name);
  if (found !== undefined) return { name, value: found.value ?? 0, preemptionPolicy: found.preemptionPolicy };
  const value = systemPriorityClasses[name];
  return value === undefined ? undefined : { name, value, preemptionPolicy: usualPolicy };
}

/** The class that counts for pods which name none; of several the lowest, and 0 where there is none. */
function byDefault(view: ClusterView): Resolved {
  const [lowest] = view
    .list<PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass')
    .filter(({ globalDefault }) => globalDefault === true)
    .toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0));
  if (lowest === undefined) return { name: '', value: 0, preemptionPolicy: usualPolicy };
  return {
    name: lowest.metadata.name ?? '',
    value: lowest.value ?? 0,
    preemptionPolicy: lowest.preemptionPolicy,
  };
}
