/** LimitRanges: amounts that containers get where they name none, and the bounds of what they may name. */
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  ResourceRequirements,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { podAmounts } from './pod-amounts.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { type Amounts, boundProblems } from './limit-bounds.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

/** Tells what was set for whom. */
const annotation = 'kubernetes.io/limit-ranger';

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  operations: ['CREATE', 'UPDATE'],
  kinds: new Set(['/Pod', '/PersistentVolumeClaim']),
  subresources: new Set(['resize']),
  admit: (request) => {
    const namespace = request.object.metadata.namespace ?? '';
    const ranges = request.view.list<LimitRange>('v1', 'LimitRange', namespace);
    if (ranges.length === 0 || request.object.metadata.deletionTimestamp !== undefined) return admitted;
    const items = ranges.flatMap((range) => range.spec?.limits ?? []);
    return request.object.kind === 'Pod'
      ? admitPod(request, request.object as Pod, items)
      : admitClaim(request, request.object as PersistentVolumeClaim, items);
  },
};

function admitPod(request: AdmissionRequest, pod: Pod, items: readonly LimitRangeItem[]): Verdict {
  // Resources of a pod that is there change by resize alone.
  if (request.operation === 'UPDATE' && request.subresource !== 'resize') return admitted;
  const completed = request.operation === 'CREATE' ? items.reduce(withDefaults, pod) : pod;
  const problems = items.flatMap((item) => podProblems(completed, item));
  return problems.length === 0 ? { object: completed } : refuse(request, joined(problems));
}

function admitClaim(
  request: AdmissionRequest,
  claim: PersistentVolumeClaim,
  items: readonly LimitRangeItem[],
): Verdict {
  const amounts: Amounts = { requests: claim.spec?.resources?.requests ?? {}, limits: {} };
  const problems = items
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => boundProblems(item, amounts, 'requests'));
  return problems.length === 0 ? admitted : refuse(request, joined(problems));
}

function joined(problems: readonly string[]): string {
  return problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
}

function podProblems(pod: Pod, item: LimitRangeItem): readonly string[] {
  if (item.type === 'Pod') return boundProblems(item, podAmounts(pod), 'limits');
  if (item.type !== 'Container') return [];
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return containers.flatMap(({ resources }) =>
    boundProblems(item, { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }, 'limits'),
  );
}

function withDefaults(pod: Pod, item: LimitRangeItem): Pod {
  if (item.type !== 'Container' || pod.spec === undefined) return pod;
  const notes: string[] = [];
  const complete =
    (init: boolean) =>
    (container: Container): Container => {
      const { resources, set } = completed(container.resources ?? {}, item);
      const what = init ? 'init container' : 'container';
      for (const [kind, names] of set)
        notes.push(`${names.join(', ')} ${kind} for ${what} ${container.name}`);
      return set.length === 0 ? container : { ...container, resources };
    };
  const containers = pod.spec.containers.map(complete(false));
  const initContainers = pod.spec.initContainers?.map(complete(true));
  if (notes.length === 0) return pod;
  const text = `LimitRanger plugin set: ${notes.join('; ')}`;
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [annotation]: text } },
    spec: { ...pod.spec, containers, ...(initContainers === undefined ? {} : { initContainers }) },
  };
}

/** Requests and limits with what they lack, and which were set. */
function completed(
  resources: ResourceRequirements,
  { default: limits = {}, defaultRequest = {} }: LimitRangeItem,
): {
  readonly resources: ResourceRequirements;
  readonly set: readonly (readonly [string, readonly string[]])[];
} {
  const lacking = (given: object | undefined, defaults: object): string[] =>
    Object.keys(defaults)
      .filter((name) => !Object.hasOwn(given ?? {}, name))
      .sort();
  const requested = lacking(resources.requests, defaultRequest);
  const limited = lacking(resources.limits, limits);
  const set: (readonly [string, readonly string[]])[] = [];
  if (requested.length > 0) set.push(['request', requested]);
  if (limited.length > 0) set.push(['limit', limited]);
  return {
    set,
    resources: {
      ...resources,
      ...(requested.length === 0 ? {} : { requests: { ...defaultRequest, ...resources.requests } }),
      ...(limited.length === 0 ? {} : { limits: { ...limits, ...resources.limits } }),
    },
  };
}
