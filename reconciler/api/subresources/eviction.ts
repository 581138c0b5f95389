/** eviction: deletes a pod if its disruption budget allows one more disruption, in one commit with the budget. */
import type { Pod } from '../../../schemas/kubernetes/types/core-v1.ts';
import type { Eviction, PodDisruptionBudget } from '../../../schemas/kubernetes/types/policy-v1.ts';
import { withCondition } from '../../core/model/conditions.ts';
import { selects } from '../../core/model/label-selector.ts';
import { refOf } from '../../core/model/object.ts';
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
  if (dryRun) {
    await committed(() => [...spentFor(request, eviction, context), deletionOf(request, eviction, context)], {
      ...context,
      dryRun,
    });
  } else {
    // Why it goes stands at the pod before it goes: whoever counts its end looks for it there.
    const told = (): Change[] => [...spentFor(request, eviction, context), ...toldOf(request, context)];
    await committed(told, { ...context, dryRun });
    await committed(() => [deletionOf(request, eviction, context)], { ...context, dryRun });
  }
  return {
    code: 201,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}

/** Commits what `plan` gives; after a lost race it is asked again. */
async function committed(
  plan: () => Change[],
  { cluster, dryRun }: Pick<WriteContext, 'cluster'> & { readonly dryRun: boolean },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const changes = plan();
    if (changes.length === 0) return;
    // The budget's status is Berth's own to count, whoever evicts.
    const result = await cluster.submit(changes, { dryRun, fence: 'none' });
    if (result.ok) return;
    if (result.problem.reason !== 'Conflict' || attempt === attemptsMax) throw new ApiError(result.problem);
  }
}

function podOf(request: ResourceRequest, { cluster }: WriteContext): Pod {
  const pod = cluster.view.get<Pod>('v1', 'Pod', request.namespace, request.name);
  if (pod !== undefined) return pod;
  throw new ApiError(notFound({ ...refOfRequest(request), apiVersion: 'v1', kind: 'Pod' }));
}

function deletionOf(request: ResourceRequest, { deleteOptions }: Eviction, context: WriteContext): Change {
  const pod = podOf(request, context);
  const { gracePeriodSeconds, preconditions, propagationPolicy } = deleteOptions ?? {};
  return {
    type: 'delete',
    ref: refOf(pod),
    uid: preconditions?.uid ?? pod.metadata.uid ?? '',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagation: propagationPolicy as 'Background' }),
  };
}

/** The condition of a pod that is about to be evicted; nothing where it is on its way already. */
function toldOf(request: ResourceRequest, context: WriteContext): Change[] {
  const pod = podOf(request, context);
  if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return [];
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const conditions = withCondition(pod.status?.conditions, condition, formatTime(context.clock.now()));
  const object = { ...pod, status: { ...pod.status, conditions } } as Pod;
  return [{ type: 'update', scope: 'status', object }];
}

/** The pod's budget with one disruption less, where it has one that counts. */
function spentFor(request: ResourceRequest, { deleteOptions }: Eviction, context: WriteContext): Change[] {
  const { clock, cluster } = context;
  const pod = podOf(request, context);
  const { resourceVersion, uid } = deleteOptions?.preconditions ?? {};
  const refuse = (what: string, wanted: string, live: string | undefined): ApiError => {
    const why = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${live ?? ''}).`;
    return new ApiError(conflict(refOf(pod), `${why} The object might have been modified`));
  };
  if (resourceVersion !== undefined && resourceVersion !== pod.metadata.resourceVersion)
    throw refuse('ResourceVersion', resourceVersion, pod.metadata.resourceVersion);
  if (uid !== undefined && uid !== pod.metadata.uid) throw refuse('UID', uid, pod.metadata.uid);
  const free =
    isPodTerminal(pod) || pod.status?.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
  const budgets = free ? [] : budgetsOf(pod, cluster.view);
  if (budgets.length > 1)
    throw new ApiError({
      code: 500,
      reason: 'InternalError',
      message:
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  const [budget] = budgets;
  if (budget === undefined || (!isPodReady(pod) && mayGoUnready(budget))) return [];
  return [spent(budget, request.name, formatTime(clock.now()))];
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
