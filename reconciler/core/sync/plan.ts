/**
 * Desired against live, for one Application: a complete plan that leaves its executor no choice. Fields are applied
 * as server-side apply does, by the manager `berth.dev/application/NAME`: what it applied it owns, what was changed by
 * hand of that is put back, everything else is left alone.
 */
import { type KubeObject, refOf } from '../model/object.ts';
import { isCustomResourceDefinition } from '../custom/definition.ts';
import type { ClusterView } from '../model/view.ts';
import { desiredObject } from './desired.ts';
import { identityOf } from './identity.ts';
import { managerOf } from './ownership.ts';
import {
  deletion,
  type DesiredObject,
  type PlanContext,
  planObject,
  type SyncNote,
  type SyncProblem,
  type SyncStep,
} from './plan-object.ts';
import { pruneVerdicts } from './prune.ts';
import { compareByWave, waveOf, waves } from './waves.ts';

export { managerOf } from './ownership.ts';

interface SyncRequest {
  readonly application: { readonly name: string; readonly prune: boolean };
  /** Validated, each object once. */
  readonly desired: readonly DesiredObject[];
  readonly view: ClusterView;
  /** RFC 3339, seconds. */
  readonly now: string;
}

/** The steps that may go at once. */
interface SyncWave {
  readonly name: string;
  readonly steps: readonly SyncStep[];
}

export interface SyncPlan {
  readonly application: string;
  /** In the order of execution. */
  readonly steps: readonly SyncStep[];
  /** The same steps, grouped. */
  readonly waves: readonly SyncWave[];
  /** Objects that are as they should be. */
  readonly unchanged: number;
  /** Objects that can only be planned when something else is over: the deletion of a namesake or of their namespace. */
  readonly waiting: readonly SyncNote[];
  /** Objects that would be pruned and are not. */
  readonly kept: readonly SyncNote[];
  /** Why the plan is not to be applied. The steps are those of the objects without a problem. */
  readonly problems: readonly SyncProblem[];
}

export function planSync(request: SyncRequest): SyncPlan {
  const { application, view } = request;
  const desired = request.desired.map(({ object, source }) => ({
    object: desiredObject(object, view.kinds),
    source,
  }));
  const context = planContext(request, desired);
  const outcomes = desired.map((one) => planObject(one, context));
  const verdicts = application.prune ? pruneVerdicts(application.name, context.ids, view) : [];
  const applied = outcomes.flatMap((outcome) => (outcome.type === 'step' ? [outcome.step] : []));
  const pruned = verdicts.flatMap((verdict) => (verdict.prune ? [pruneStep(verdict.object)] : []));
  applied.sort((a, b) => compareByWave(a.ref, b.ref));
  pruned.sort((a, b) => compareByWave(b.ref, a.ref));
  const byRef = (a: SyncNote, b: SyncNote): number => compareByWave(a.ref, b.ref);
  const kept = verdicts.flatMap((verdict) =>
    verdict.prune ? [] : [{ ref: refOf(verdict.object), reason: verdict.reason }],
  );
  return {
    application: application.name,
    steps: [...applied, ...pruned],
    waves: [...inWaves(applied, ''), ...inWaves(pruned, 'prune ')],
    unchanged: outcomes.filter(({ type }) => type === 'unchanged').length,
    waiting: outcomes.flatMap((outcome) => (outcome.type === 'waiting' ? [outcome.note] : [])).sort(byRef),
    kept: kept.sort(byRef),
    problems: outcomes
      .flatMap((outcome) => (outcome.type === 'problem' ? [outcome.problem] : []))
      .sort(bySource),
  };
}

function inWaves(steps: readonly SyncStep[], prefix: string): readonly SyncWave[] {
  const groups = Map.groupBy(steps, (step) => waveOf(step.ref));
  return [...groups].map(([wave, group]) => ({ name: `${prefix}${waves[wave]?.name ?? ''}`, steps: group }));
}

function bySource(a: SyncProblem, b: SyncProblem): number {
  if (a.source.path !== b.source.path) return a.source.path < b.source.path ? -1 : 1;
  return a.source.line - b.source.line;
}

function planContext(
  { application, view, now }: SyncRequest,
  desired: readonly DesiredObject[],
): PlanContext {
  const refs = desired.map(({ object }) => refOf(object));
  const autoscaler = 'HorizontalPodAutoscaler';
  const live = ['autoscaling/v1', 'autoscaling/v2'].flatMap((apiVersion) =>
    view.list<KubeObject>(apiVersion, autoscaler),
  );
  return {
    application: application.name,
    manager: managerOf(application.name),
    view,
    now,
    ids: new Set(refs.map(identityOf)),
    definitions: desired.map(({ object }) => object).filter(isCustomResourceDefinition),
    namespaces: new Set(
      refs
        .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace')
        .map(({ name }) => name),
    ),
    scalers: [...desired.map(({ object }) => object).filter(({ kind }) => kind === autoscaler), ...live],
  };
}

function pruneStep(object: KubeObject): SyncStep {
  return { action: 'prune', ref: refOf(object), change: deletion(object), fields: [] };
}
