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
    return request.object.kind === 'Pod'
      ? admitPod(request, request.object as Pod, ranges)
      : admitClaim(request, request.object as PersistentVolumeClaim, ranges);
  },
};

function admitPod(request: AdmissionRequest, pod: Pod, ranges: readonly LimitRange[]): Verdict {
  // Resources of a pod that is there change by resize alone.
  if (request.operation === 'UPDATE' && request.subresource !== 'resize') return admitted;
  const completed = request.operation === 'CREATE' ? ranges.reduce(withDefaults, pod) : pod;
  return firstRefusal(request, ranges, (item) => podProblems(completed, item)) ?? { object: completed };
}

function admitClaim(
  request: AdmissionRequest,
  claim: PersistentVolumeClaim,
  ranges: readonly LimitRange[],
): Verdict {
  const amounts: Amounts = { requests: claim.spec?.resources?.requests ?? {}, limits: {} };
  const problemsOf = ({ maxLimitRequestRatio: _, ...item }: LimitRangeItem): readonly string[] =>
    item.type === 'PersistentVolumeClaim' ? boundProblems(item, amounts, 'requests') : [];
  return firstRefusal(request, ranges, problemsOf) ?? admitted;
}

/** All that the first range which is not kept has to say. */
function firstRefusal(
  request: AdmissionRequest,
  ranges: readonly LimitRange[],
  problemsOf: (item: LimitRangeItem) => readonly string[],
): Verdict | undefined {
  for (const range of ranges) {
    const problems = [...new Set((range.spec?.limits ?? []).flatMap(problemsOf))];
    if (problems.length > 0) return refuse(request, joined(problems));
  }
  return undefined;
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

function withDefaults(pod: Pod, range: LimitRange): Pod {
  if (pod.spec === undefined) return pod;
  const defaults = defaultsOf(range);
  const notes: string[] = [];
  const complete =
    (init: boolean) =>
    (container: Container): Container => {
      const { resources, set } = completed(container.resources ?? {}, defaults);
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

interface Defaults {
  readonly limits: Readonly<Record<string, string>>;
  readonly requests: Readonly<Record<string, string>>;
}

/** What a range gives to containers; of several items the last one counts. */
function defaultsOf({ spec }: LimitRange): Defaults {
  const items = (spec?.limits ?? []).filter(({ type }) => type === 'Container');
  return {
    limits: Object.fromEntries(items.flatMap((item) => Object.entries(item.default ?? {}))),
    requests: Object.fromEntries(items.flatMap((item) => Object.entries(item.defaultRequest ?? {}))),
  };
}

/** Requests and limits with what they lack, and which were set. */
function completed(
  resources: ResourceRequirements,
  { limits, requests }: Defaults,
): {
  readonly resources: ResourceRequirements;
  readonly set: readonly (readonly [string, readonly string[]])[];
} {
  const lacking = (given: object | undefined, defaults: object): string[] =>
    Object.keys(defaults)
      .filter((name) => !Object.hasOwn(given ?? {}, name))
      .sort();
  const requested = lacking(resources.requests, requests);
  const limited = lacking(resources.limits, limits);
  const set: (readonly [string, readonly string[]])[] = [];
  if (requested.length > 0) set.push(['request', requested]);
  if (limited.length > 0) set.push(['limit', limited]);
  return {
    set,
    resources: {
      ...resources,
      ...(requested.length === 0 ? {} : { requests: { ...requests, ...resources.requests } }),
      ...(limited.length === 0 ? {} : { limits: { ...limits, ...resources.limits } }),
    },
  };
}
