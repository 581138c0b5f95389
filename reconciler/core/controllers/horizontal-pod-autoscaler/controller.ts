/** Keeps the size of anything with a scale in step with its metrics (autoscaling/v2). */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  MetricStatus,
} from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import type { Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';
import { withCondition } from '../../model/conditions.ts';
import type { Controller, PlanContext, Refusal } from '../../model/controller.ts';
import { sameJson } from '../../model/json.ts';
import { selects } from '../../model/label-selector.ts';
import { type ObjectRef, objectId, refOf } from '../../model/object.ts';
import { type Change, type EventRecord, type Plan, emptyPlan } from '../../model/plan.ts';
import { formatTime } from '../../model/time.ts';
import type { UsageSource } from '../../model/usage.ts';
import type { ClusterView, ViewChange } from '../../model/view.ts';
import { selectorText } from '../../printing/texts.ts';
import { eventsOf } from '../events.ts';
import { rivalsOf } from './ambiguity.ts';
import { ScalingHistory } from './history.ts';
import { limit } from './limits.ts';
import { cameToNothing, dueInMs, Looks, syncPeriodMs } from './looks.ts';
import { proposalsOf } from './metrics.ts';
import { milliOf } from './pod-metrics.ts';
import { resized, type Target, targetOf } from './target.ts';

const apiVersion = 'autoscaling/v2';
const kind = 'HorizontalPodAutoscaler';
const events = eventsOf('horizontal-pod-autoscaler');

/** Kubernetes' --horizontal-pod-autoscaler-tolerance, in thousandths. */
const toleranceMilli = 100;

/** `usage`: what pods were measured to use; its newest values are read whenever an autoscaler is planned. */
export function horizontalPodAutoscalerController(usage: UsageSource): Controller {
  const history = new ScalingHistory();
  const looks = new Looks();
  return {
    name: 'horizontal-pod-autoscaler-controller',
    keysFor,
    plan: (key, view, context) => {
      const id = objectId(key);
      const autoscaler = view.get<HorizontalPodAutoscaler>(apiVersion, kind, key.namespace, key.name);
      if (autoscaler === undefined || autoscaler.metadata.deletionTimestamp !== undefined) {
        history.forget(id);
        looks.forget(id);
        return emptyPlan;
      }
      const { nowMs, steadyMs = nowMs } = context;
      const last = looks.last(id);
      const waitMs = dueInMs(last, autoscaler, steadyMs);
      if (waitMs > 0) return { ...emptyPlan, requeueAfterMs: waitMs };
      if (last !== undefined && cameToNothing(last, autoscaler)) history.retract(id, last.atMs);
      const plan = new Autoscaling(autoscaler, view, context, usage, history).plan();
      looks.note(id, { atMs: nowMs, steadyMs, autoscaler, writes: plan.changes.length > 0 });
      return plan;
    },
    refused: (key, refusal, view, context) => refused(key, refusal, view, context),
  };
}

/** Its own status says nothing new; loads are looked at by the clock. */
function keysFor({ ref, before, after }: ViewChange): readonly ObjectRef[] {
  if (ref.kind !== kind) return [];
  const [was, is] = [before, after] as (HorizontalPodAutoscaler | undefined)[];
  return sameJson(was?.spec, is?.spec) ? [] : [{ ...ref, apiVersion }];
}

/** The new size was refused: by admission or by a quota. */
function refused(key: ObjectRef, { plan, problem }: Refusal, view: ClusterView, context: PlanContext): Plan {
  const autoscaler = view.get<HorizontalPodAutoscaler>(apiVersion, kind, key.namespace, key.name);
  const wanted = plan.changes.find(({ type }) => type === 'update');
  if (autoscaler === undefined || wanted === undefined) return emptyPlan;
  const message = `the HPA controller was unable to update the target scale: ${problem.message}`;
  const conditions = withCondition(
    autoscaler.status?.conditions,
    { type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale', message },
    formatTime(context.nowMs),
  );
  const status = { desiredReplicas: 0, ...autoscaler.status, conditions };
  const rescale = plan.events.find(({ reason }) => reason === 'SuccessfulRescale');
  return {
    changes: sameJson(status, autoscaler.status)
      ? []
      : [{ type: 'update', scope: 'status', object: { ...autoscaler, status } as HorizontalPodAutoscaler }],
    events: [
      events.warning(autoscaler, 'FailedRescale', `${rescale?.message ?? ''}; error: ${problem.message}`),
    ],
    requeueAfterMs: syncPeriodMs,
  };
}

/** One look at one autoscaler: conditions gather on the way, and are written once. */
class Autoscaling {
  readonly #autoscaler: HorizontalPodAutoscaler;
  readonly #view: ClusterView;
  readonly #nowMs: number;
  readonly #usage: UsageSource;
  readonly #history: ScalingHistory;
  readonly #id: string;
  readonly #told: EventRecord[] = [];
  #conditions: readonly HorizontalPodAutoscalerCondition[];

  constructor(
    autoscaler: HorizontalPodAutoscaler,
    view: ClusterView,
    { nowMs }: PlanContext,
    usage: UsageSource,
    history: ScalingHistory,
  ) {
    this.#autoscaler = autoscaler;
    this.#view = view;
    this.#nowMs = nowMs;
    this.#usage = usage;
    this.#history = history;
    this.#conditions = autoscaler.status?.conditions ?? [];
    this.#id = objectId(refOf(autoscaler));
  }

  plan(): Plan {
    const target = targetOf(this.#autoscaler, this.#view);
    if (typeof target === 'string') {
      const message = `the HPA controller was unable to get the target's current scale: ${target}`;
      this.#condition('AbleToScale', 'False', 'FailedGetScale', message);
      this.#warn('FailedGetScale', target);
      return this.#written(undefined, [], undefined);
    }
    const able = "the HPA controller was able to get the target's current scale";
    this.#condition('AbleToScale', 'True', 'SucceededGetScale', able);
    const pods = this.#pods(target);
    if (pods === undefined) return this.#written(target, undefined, undefined);
    const { replicas: current } = target;
    const { minReplicas = 1, maxReplicas } = this.#autoscaler.spec;
    if (current === 0 && minReplicas !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.#condition('ScalingActive', 'False', 'ScalingDisabled', message);
      return this.#written(target, [], 0);
    }
    if (current > maxReplicas)
      return this.#rescaled(target, maxReplicas, 'Current number of replicas above Spec.MaxReplicas', []);
    if (current < minReplicas)
      return this.#rescaled(target, minReplicas, 'Current number of replicas below Spec.MinReplicas', []);
    return this.#byMetrics(target, pods);
  }

  /** The target's pods; undefined, and a condition says why, where they cannot be told. */
  #pods({ selector }: Target): readonly Pod[] | undefined {
    const { namespace = '' } = this.#autoscaler.metadata;
    if (selector === undefined) {
      this.#condition(
        'ScalingActive',
        'False',
        'InvalidSelector',
        "the HPA target's scale is missing a selector",
      );
      this.#warn('SelectorRequired', 'selector is required');
      return undefined;
    }
    const pods = this.#view
      .podsLabelled(namespace, selector.matchLabels ?? {})
      .filter(({ metadata }) => selects(selector, metadata.labels));
    const rivals = rivalsOf(this.#autoscaler, pods, this.#view);
    if (rivals.length === 0) return pods;
    const message = `pods by selector ${selectorText(selector)} are controlled by multiple HPAs: [${rivals.join(' ')}]`;
    this.#condition('ScalingActive', 'False', 'AmbiguousSelector', message);
    this.#warn('AmbiguousSelector', message);
    return undefined;
  }

  #byMetrics(target: Target, pods: readonly Pod[]): Plan {
    const { replicas: current } = target;
    const { spec } = this.#autoscaler;
    const { best, statuses, failures } = proposalsOf(this.#autoscaler, {
      pods,
      currentReplicas: current,
      usage: this.#usage,
      nowMs: this.#nowMs,
      tolerances: {
        up: milliOf(spec.behavior?.scaleUp?.tolerance ?? `${toleranceMilli}m`) / 1000,
        down: milliOf(spec.behavior?.scaleDown?.tolerance ?? `${toleranceMilli}m`) / 1000,
      },
    });
    for (const { reason, message } of failures) this.#warn(reason, message);
    const [failure] = failures;
    if (failure !== undefined) {
      const total = spec.metrics?.length ?? 0;
      const message = `invalid metrics (${failures.length} invalid out of ${total}), first error is: ${failure.message}`;
      this.#warn('FailedComputeMetricsReplicas', message);
    }
    if (best === undefined) {
      if (failure === undefined) return this.#written(target, statuses, undefined);
      const why = `the HPA was unable to compute the replica count: ${failure.message}`;
      this.#condition('ScalingActive', 'False', failure.reason, why);
      return this.#written(target, statuses, undefined);
    }
    const valid = `the HPA was able to successfully calculate a replica count from ${best.name}`;
    this.#condition('ScalingActive', 'True', 'ValidMetricFound', valid);
    const past = {
      recommendations: this.#history.recommendations(this.#id, { atMs: this.#nowMs, replicas: current }),
      events: this.#history.events(this.#id, this.#nowMs),
    };
    const { replicas, able, limited } = limit(this.#autoscaler, current, best.replicas, past, this.#nowMs);
    this.#history.recommend(this.#id, { atMs: this.#nowMs, replicas: best.replicas });
    this.#condition('AbleToScale', 'True', able.reason, able.message);
    this.#condition('ScalingLimited', limited.status, limited.reason, limited.message);
    if (replicas === current) return this.#written(target, statuses, current);
    const reason = best.replicas > current ? `${best.name} above target` : 'All metrics below target';
    return this.#rescaled(target, replicas, reason, statuses);
  }

  #rescaled(target: Target, replicas: number, reason: string, statuses: readonly MetricStatus[]): Plan {
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    this.#condition('AbleToScale', 'True', 'SucceededRescale', message);
    const text = `New size: ${replicas}; reason: ${reason}`;
    this.#told.push(events.normal(this.#autoscaler, 'SuccessfulRescale', text));
    if (this.#autoscaler.spec.behavior !== undefined) {
      const change = replicas - target.replicas;
      this.#history.scaled(this.#id, { atMs: this.#nowMs, change });
    }
    const plan = this.#written(target, statuses, replicas, true);
    const object = resized(target, replicas, this.#view);
    return { ...plan, changes: [{ type: 'update', scope: 'spec', object }, ...plan.changes] };
  }

  /** The plan that writes what was found; `desired` stays what it was where nothing could be found. */
  #written(
    target: Target | undefined,
    metrics: readonly MetricStatus[] | undefined,
    desired: number | undefined,
    rescaled = false,
  ): Plan {
    const { status: before } = this.#autoscaler;
    const { currentMetrics: known, ...rest } = before ?? { desiredReplicas: 0 };
    const shown = metrics ?? known ?? [];
    const status = {
      ...rest,
      ...(target === undefined ? {} : { currentReplicas: target.replicas }),
      desiredReplicas: desired ?? before?.desiredReplicas ?? 0,
      ...(shown.length === 0 ? {} : { currentMetrics: shown }),
      ...(rescaled ? { lastScaleTime: formatTime(this.#nowMs) } : {}),
      conditions: this.#conditions,
    };
    const object = { ...this.#autoscaler, status } as HorizontalPodAutoscaler;
    const changes: readonly Change[] = sameJson(status, before)
      ? []
      : [{ type: 'update', scope: 'status', object }];
    return { changes, events: this.#told, requeueAfterMs: syncPeriodMs };
  }

  #condition(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const next = { type, status, reason, message };
    this.#conditions = withCondition(this.#conditions, next, formatTime(this.#nowMs));
  }

  #warn(reason: string, message: string): void {
    this.#told.push(events.warning(this.#autoscaler, reason, message));
  }
}
