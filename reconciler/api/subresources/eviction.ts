/** eviction: deletes a pod if its disruption budget allows one more disruption, in one commit with the budget. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Eviction, PodDisruptionBudget } from '../../../schemas/kubernetes/types/policy-v1.ts';
import { selects } from '../../core/model/label-selector.ts';
import type { Change } from '../../core/model/plan.ts';
import { isPodReady, isPodTerminal } from '../../core/model/pod-status.ts';
import { formatTime } from '../../core/model/time.ts';
import type { ClusterView } from '../../core/model/view.ts';
import { conflict, notFound } from '../../core/registry/status-error.ts';
import type { Answer } from '../answer.ts';
import { ApiError, badRequest } from '../api-error.ts';
import { type ResourceRequest, refOfRequest } from '../request.ts';
import { bodyAs, type WriteContext } from '../verbs/write-context.ts';
import { writeOptions } from '../verbs/write-options.ts';

const evictionBody = {
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  definition: 'io.k8s.api.policy.v1.Eviction',
};

/** Plans anew after a lost race; each time the budget is read again. */
const attemptsMax = 5;

export async function evictPod(request: ResourceRequest, context: WriteContext): Promise<Answer> {
  const options = writeOptions(request.query, context.userAgent, 'CreateOptions');
  const eviction = bodyAs<Eviction>(context, evictionBody, options);
  const named = eviction.metadata?.name ?? request.name;
  if (named !== request.name)
    throw badRequest(`name in URL does not match name in Eviction object: ${request.name} != ${named}`);
  const dryRun = options.dryRun || (eviction.deleteOptions?.dryRun ?? []).includes('All');
  for (let attempt = 1; ; attempt++) {
    const changes = evictionOf(request, eviction, context);
    // The budget's status is Berth's own to count, whoever evicts.
    const result = await context.cluster.submit(changes, { dryRun, fence: 'none' });
    if (result.ok)
      return {
        code: 201,
        body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
      };
    if (result.problem.reason !== 'Conflict' || attempt === attemptsMax) throw new ApiError(result.problem);
  }
}

function evictionOf(
  request: ResourceRequest,
  eviction: Eviction,
  { cluster, clock }: WriteContext,
): Change[] {
  const { view } = cluster;
  const ref = { ...refOfRequest(request), apiVersion: 'v1', kind: 'Pod' };
  const pod = view.get<Pod>('v1', 'Pod', request.namespace, request.name);
  if (pod === undefined) throw new ApiError(notFound(ref));
  const { gracePeriodSeconds, preconditions, propagationPolicy } = eviction.deleteOptions ?? {};
  const { resourceVersion } = preconditions ?? {};
  if (resourceVersion !== undefined && resourceVersion !== pod.metadata.resourceVersion)
    throw new ApiError(
      conflict(
        ref,
        `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${pod.metadata.resourceVersion ?? ''}). The object might have been modified`,
      ),
    );
  const deletion: Change = {
    type: 'delete',
    ref,
    uid: preconditions?.uid ?? pod.metadata.uid ?? '',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagation: propagationPolicy as 'Background' }),
  };
  const free =
    isPodTerminal(pod) || pod.status?.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
  const budgets = free ? [] : budgetsOf(pod, view);
  if (budgets.length > 1)
    throw new ApiError({
      code: 500,
      reason: 'InternalError',
      message:
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  const [budget] = budgets;
  if (budget === undefined || (!isPodReady(pod) && mayGoUnready(budget))) return [deletion];
  return [spent(budget, request.name, formatTime(clock.now())), deletion];
}

function budgetsOf(pod: Pod, view: ClusterView): readonly PodDisruptionBudget[] {
  return view
    .list<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget', pod.metadata.namespace ?? '')
    .filter(({ spec }) => selects(spec?.selector, pod.metadata.labels));
}

/** A pod that is not ready disrupts nobody, where the budget says so or where it has healthy pods enough. */
function mayGoUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0;
}

/** The budget with one disruption less, and the pod remembered as leaving. 429 where it allows none. */
function spent(budget: PodDisruptionBudget, podName: string, now: string): Change {
  const { metadata, status } = budget;
  const name = metadata.name ?? '';
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0))
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  const allowed = status?.disruptionsAllowed ?? 0;
  if (allowed < 1)
    throw tooMany(
      `The disruption budget ${name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`,
    );
  const object = {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: allowed - 1,
      disruptedPods: { ...status?.disruptedPods, [podName]: now },
    },
  } as PodDisruptionBudget;
  return { type: 'update', scope: 'status', object };
}

function tooMany(why: string, retryAfterSeconds?: number): ApiError {
  return new ApiError({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    causes: [{ reason: 'DisruptionBudget', message: why }],
    details: retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  });
}
