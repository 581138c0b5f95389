/** Keeps the status of PodDisruptionBudgets, which evictions are judged by. */
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import type { Condition } from '../../../../schemas/kubernetes/types/meta-v1.ts';
import type { PodDisruptionBudget } from '../../../../schemas/kubernetes/types/policy-v1.ts';
import { withCondition } from '../../model/conditions.ts';
import type { Controller, PlanContext } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { selects } from '../../model/label-selector.ts';
import { type KubeObject, type ObjectRef, refOf } from '../../model/object.ts';
import { emptyPlan, type EventRecord, type Plan } from '../../model/plan.ts';
import { isPodDeleted, isPodReady, isPodTerminal } from '../../model/pod-status.ts';
import { formatTime, parseTime } from '../../model/time.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { selectorText } from '../../printing/texts.ts';
import { eventsOf } from '../events.ts';
import { type Expectation, expectationOf } from './expected-pods.ts';

/** An eviction whose pod has not begun to leave by then never happened. */
const evictionWaitMs = 120_000;

const events = eventsOf('controllermanager');

export const disruptionController: Controller = { name: 'disruption-controller', keysFor, plan };

function keysFor(change: ViewChange, view: ClusterView): readonly ObjectRef[] {
  const { ref } = change;
  if (ref.kind === 'PodDisruptionBudget') return change.after === undefined ? [] : [ref];
  const budgets = budgetsIn(ref.namespace, view);
  if (budgets.length === 0) return [];
  if (ref.kind === 'Pod') return budgetsOf(change, budgets);
  return isScaled(ref, view) ? budgets.map(refOf) : [];
}

/** Whether it is of a kind whose size a budget may go by. */
function isScaled({ apiVersion, kind }: ObjectRef, view: ClusterView): boolean {
  const info = view.kinds.byGvk(apiVersion, kind);
  return info?.subresources.some(({ name }) => name === 'scale') === true;
}

function budgetsIn(namespace: string, view: ClusterView): readonly PodDisruptionBudget[] {
  return view.list<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget', namespace);
}

function budgetsOf(
  { before, after }: ViewChange,
  budgets: readonly PodDisruptionBudget[],
): readonly ObjectRef[] {
  const selected = (object: KubeObject | undefined, { spec }: PodDisruptionBudget): boolean =>
    object !== undefined && selects(spec?.selector, object.metadata.labels);
  return budgets.filter((budget) => selected(before, budget) || selected(after, budget)).map(refOf);
}

function plan(key: ObjectRef, view: ClusterView, context: PlanContext): Plan {
  const budget = view.get<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget', key.namespace, key.name);
  if (budget === undefined || budget.metadata.deletionTimestamp !== undefined) return emptyPlan;
  const pods = view
    .podsLabelled(key.namespace, budget.spec?.selector?.matchLabels ?? {})
    .filter(({ metadata }) => selects(budget.spec?.selector, metadata.labels));
  const counted = pods.filter((pod) => !isPodTerminal(pod));
  const expectation = expectationOf(budget, counted, view);
  const { disrupted, againMs } = disruptedPods(budget, pods, context.nowMs);
  const healthy = counted.filter(
    (pod) => isPodReady(pod) && !isPodDeleted(pod) && disrupted[pod.metadata.name ?? ''] === undefined,
  ).length;
  const failed = typeof expectation === 'string';
  const expected = failed ? 0 : expectation.expected;
  const desired = failed ? 0 : expectation.desired;
  const allowed = failed || expected === 0 ? 0 : Math.max(0, healthy - desired);
  const numbers = {
    expectedPods: expected,
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
  };
  const status = {
    ...numbers,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    observedGeneration: budget.metadata.generation ?? 0,
    conditions: conditionsOf(budget, allowed, failed ? expectation : undefined, context.nowMs),
  };
  const wait = againMs === undefined ? {} : { requeueAfterMs: againMs };
  if (sameJson(status, budget.status)) return { ...emptyPlan, ...wait };
  const object = { ...budget, status } as PodDisruptionBudget;
  const told = warningsOf(budget, pods, expectation);
  return { changes: [{ type: 'update', scope: 'status', object }], events: told, ...wait };
}

const unmanagedPods =
  'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';

function warningsOf(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  expectation: Expectation | string,
): readonly EventRecord[] {
  if (typeof expectation === 'string') {
    const message = `Failed to calculate the number of expected pods: ${expectation}`;
    return [events.warning(budget, 'CalculateExpectedPodCountFailed', message)];
  }
  if (pods.length === 0) return [events.normal(budget, 'NoPods', 'No matching pods found')];
  if (!expectation.unmanaged) return [];
  const selector = selectorText(budget.spec?.selector);
  const found = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged.`;
  return [events.warning(budget, 'UnmanagedPods', `${found} ${unmanagedPods}`)];
}

function conditionsOf(
  { status, metadata }: PodDisruptionBudget,
  allowed: number,
  failure: string | undefined,
  nowMs: number,
): readonly Condition[] {
  const reason = failure !== undefined ? 'SyncFailed' : allowed > 0 ? 'SufficientPods' : 'InsufficientPods';
  const condition = {
    type: 'DisruptionAllowed',
    status: allowed > 0 ? 'True' : 'False',
    reason,
    message: failure ?? '',
    observedGeneration: metadata.generation ?? 0,
    lastTransitionTime: formatTime(nowMs),
  };
  return withCondition(status?.conditions, condition, formatTime(nowMs));
}

/** Evicted pods that have not begun to leave yet, and when to look again whether they ever do. */
function disruptedPods(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  nowMs: number,
): { readonly disrupted: Readonly<Record<string, string>>; readonly againMs: number | undefined } {
  const disrupted: Record<string, string> = {};
  let againMs: number | undefined;
  for (const [name, time] of Object.entries(status?.disruptedPods ?? {})) {
    const pod = pods.find(({ metadata }) => metadata.name === name);
    const leftMs = (parseTime(time) ?? 0) + evictionWaitMs - nowMs;
    if (pod === undefined || isPodDeleted(pod) || leftMs <= 0) continue;
    disrupted[name] = time;
    againMs = Math.min(againMs ?? leftMs, leftMs);
  }
  return { disrupted, againMs };
}
