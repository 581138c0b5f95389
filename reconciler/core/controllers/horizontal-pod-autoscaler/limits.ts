/** From what the metrics want to what is done: windows of stabilization, rates of change, bounds. */
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
} from '../../../../schemas/kubernetes/types/autoscaling-v2.ts';
import type { Recommendation, ScaleEvent } from './history.ts';

/** Kubernetes' --horizontal-pod-autoscaler-downscale-stabilization. */
const downscaleWindowSeconds = 300;
/** Without a behavior, at most so many times as many, but always so many, at once. */
const scaleUpFactor = 2;
const scaleUpLeast = 4;

export interface Why {
  readonly reason: string;
  readonly message: string;
}

export interface Limited {
  readonly replicas: number;
  /** Of AbleToScale. */
  readonly able: Why;
  /** Of ScalingLimited. */
  readonly limited: Why & { readonly status: 'True' | 'False' };
}

export interface Past {
  readonly recommendations: readonly Recommendation[];
  readonly events: readonly ScaleEvent[];
}

const ready: Why = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const downStabilized: Why = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const upStabilized: Why = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const inRange: Why = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};
const tooFast: Why = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const tooFastDown: Why = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const tooMany: Why = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const tooFew: Why = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};

/** What is done of `wanted` now; the past does not hold it yet. */
export function limit(
  autoscaler: HorizontalPodAutoscaler,
  current: number,
  wanted: number,
  past: Past,
  nowMs: number,
): Limited {
  const { behavior, maxReplicas, minReplicas = 1 } = autoscaler.spec;
  const up = behavior?.scaleUp;
  const down = behavior?.scaleDown;
  const stabilized =
    behavior === undefined
      ? highestOf(past.recommendations, wanted, downscaleWindowSeconds, nowMs)
      : within(
          current,
          lowestOf(past.recommendations, wanted, up?.stabilizationWindowSeconds ?? 0, nowMs),
          highestOf(
            past.recommendations,
            wanted,
            down?.stabilizationWindowSeconds ?? downscaleWindowSeconds,
            nowMs,
          ),
        );
  const direction = behavior !== undefined && wanted >= current ? upStabilized : downStabilized;
  const able = stabilized === wanted ? ready : direction;
  const [replicas, why] =
    behavior === undefined
      ? plainRate(current, stabilized, minReplicas, maxReplicas)
      : policedRate(
          current,
          stabilized,
          { min: minReplicas, max: maxReplicas, up, down },
          past.events,
          nowMs,
        );
  return { replicas, able, limited: { ...why, status: replicas === stabilized ? 'False' : 'True' } };
}

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function recent(past: readonly Recommendation[], seconds: number, nowMs: number): readonly number[] {
  return past.filter(({ atMs }) => atMs > nowMs - seconds * 1000).map(({ replicas }) => replicas);
}

function highestOf(past: readonly Recommendation[], wanted: number, seconds: number, nowMs: number): number {
  return Math.max(wanted, ...recent(past, seconds, nowMs));
}

function lowestOf(past: readonly Recommendation[], wanted: number, seconds: number, nowMs: number): number {
  return Math.min(wanted, ...recent(past, seconds, nowMs));
}

/** Without a behavior. */
function plainRate(current: number, wanted: number, min: number, max: number): readonly [number, Why] {
  const fastest = Math.max(current * scaleUpFactor, scaleUpLeast);
  const [most, why] = max > fastest ? ([fastest, tooFast] as const) : ([max, tooMany] as const);
  if (wanted < min) return [min, tooFew];
  return wanted > most ? [most, why] : [wanted, inRange];
}

interface Rules {
  readonly min: number;
  readonly max: number;
  readonly up: HPAScalingRules | undefined;
  readonly down: HPAScalingRules | undefined;
}

/** By the policies of a behavior. */
function policedRate(
  current: number,
  wanted: number,
  { min, max, up, down }: Rules,
  events: readonly ScaleEvent[],
  nowMs: number,
): readonly [number, Why] {
  if (wanted > current) {
    const fastest = Math.max(current, rateOf(current, up, 1, events, nowMs));
    const [most, why] = max > fastest ? ([fastest, tooFast] as const) : ([max, tooMany] as const);
    if (wanted > most) return [most, why];
  } else if (wanted < current) {
    const fastest = Math.min(current, rateOf(current, down, -1, events, nowMs));
    const [least, why] = min < fastest ? ([fastest, tooFastDown] as const) : ([min, tooFew] as const);
    if (wanted < least) return [least, why];
  }
  return [wanted, inRange];
}

/** The size that the policies allow now. What was changed within a policy's period counts against it. */
function rateOf(
  current: number,
  rules: HPAScalingRules | undefined,
  sign: 1 | -1,
  events: readonly ScaleEvent[],
  nowMs: number,
): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const sizes = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const changed = events
      .filter(({ atMs }) => atMs > nowMs - periodSeconds * 1000)
      .reduce((sum, { change }) => sum + change, 0);
    const atStart = current - changed;
    if (type === 'Pods') return atStart + sign * value;
    const share = (atStart * (100 + sign * value)) / 100;
    return sign > 0 ? Math.ceil(share) : Math.trunc(share);
  });
  if (sizes.length === 0) return current;
  // The most change is the highest size on the way up and the lowest on the way down.
  const mostChange = (rules?.selectPolicy ?? 'Max') === 'Max';
  return sign > 0 === mostChange ? Math.max(...sizes) : Math.min(...sizes);
}
