/** LimitRanges: the bounds of what pods, their containers and claims may name. */
import type {
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
} from '../../../schemas/kubernetes/types/core-v1.ts';
import { podAmounts } from './pod-amounts.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { type Amounts, boundProblems } from './limit-bounds.ts';
import { type AdmissionPlugin, admitted, refuse, type Verdict } from './plugin.ts';

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
  return firstRefusal(request, ranges, (item) => podProblems(pod, item)) ?? admitted;
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
